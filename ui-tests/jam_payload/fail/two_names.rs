// A marked field that is written by one name and read by another.

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    #[jam(sub)]
    #[serde(rename(serialize = "uid", deserialize = "id"))]
    user: u64,
}

fn main() {}
