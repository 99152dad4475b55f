// serde writes the tag of a struct and does not check it.

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[serde(tag = "purpose")]
struct Reset {
    user: u64,
}

fn main() {}
