// Roles are the variants of an enum.

use jam::JamRole;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
struct Role {
    name: u8,
}

fn main() {}
