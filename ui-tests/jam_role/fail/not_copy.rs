// A role type must be `Copy`, because a rule is copied.

use jam::JamRole;
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Admin,
}

fn main() {}
