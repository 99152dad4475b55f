// A token without a subject would get the default subject.

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    #[jam(sub)]
    #[serde(default)]
    id: u64,
}

#[derive(Clone, Default, Serialize, Deserialize, JamPayload)]
#[serde(default)]
struct Account {
    #[jam(sub)]
    id: u64,
    name: String,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Unwritten {
    #[jam(sub)]
    #[serde(skip_serializing)]
    id: u64,
}

fn main() {}
