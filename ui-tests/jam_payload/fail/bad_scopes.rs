// Each scope is one word and is listed once.

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(scopes("notes read", "a", "a", 1))]
struct User {
    #[jam(scopes)]
    scopes: jam::Scopes,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(scopes())]
struct None {
    #[jam(scopes)]
    scopes: jam::Scopes,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(scopes = "a")]
struct Other {
    #[jam(scopes)]
    scopes: jam::Scopes,
}

fn main() {}
