// Two fields have the same name in the JSON.

#![allow(unreachable_patterns)]

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    #[jam(sub)]
    id: u64,
    name: String,
    #[serde(rename = "name")]
    nickname: String,
}

fn main() {}
