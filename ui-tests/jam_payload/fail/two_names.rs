// A marked field has different names for writing and reading.

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    #[jam(sub)]
    #[serde(rename(serialize = "uid", deserialize = "id"))]
    user: u64,
}

fn main() {}
