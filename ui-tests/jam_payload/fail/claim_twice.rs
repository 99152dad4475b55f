// Two fields have the same claim name.

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    #[jam(scopes)]
    scopes: jam::Scopes,
    scope: String,
}

fn main() {}
