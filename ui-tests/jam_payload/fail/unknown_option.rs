// The options are misspelled.

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(roel = Role, scope("a"))]
struct User {
    #[jam(role)]
    roles: Vec<u8>,
    #[jam(subject)]
    id: u64,
    #[jam]
    name: String,
}

fn main() {}
