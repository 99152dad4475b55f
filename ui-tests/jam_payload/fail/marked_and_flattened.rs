// A flattened field has no claim name, so it cannot be marked.

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    #[jam(sub)]
    #[serde(flatten)]
    id: Id,
}

#[derive(Clone, Serialize, Deserialize)]
struct Id {
    id: u64,
}

fn main() {}
