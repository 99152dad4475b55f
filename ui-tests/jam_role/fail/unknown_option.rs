// The derive has one option.

use jam::JamRole;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
#[jam(name = "role")]
enum Role {
    Admin,
}

fn main() {}
