// A role is a variant without fields.

use jam::JamRole;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Reader,
    Editor(u8),
    Admin { of: u8 },
}

fn main() {}
