// One kind is not a valid part of a media type, and one kind has no value.

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(kind = "Password Reset")]
struct Reset {
    user: u64,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(kind)]
struct Invitation {
    user: u64,
}

fn main() {}
