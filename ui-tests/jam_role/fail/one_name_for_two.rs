// serde gives two variants the same name.

#![allow(unreachable_patterns)]

use jam::JamRole;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
#[allow(unreachable_patterns)]
enum Role {
    Admin,
    #[serde(rename = "Admin")]
    Root,
}

fn main() {}
