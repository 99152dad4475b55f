// A roles field requires a role type, and a role type requires a roles field.

use jam::{JamPayload, JamRole};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    #[jam(roles)]
    roles: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role)]
struct Other {
    name: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Admin,
}

fn main() {}
