// A kind that cannot be a part of a media type, and one without a value.

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
