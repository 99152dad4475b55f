// The role type does not derive `JamRole`.

use jam::JamPayload;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role)]
struct User {
    #[jam(roles)]
    roles: Vec<Role>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Role {
    Admin,
}

fn main() {}
