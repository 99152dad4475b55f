// A mark requires a suitable field type.

use jam::{JamPayload, JamRole};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role, scopes("a"))]
struct User {
    #[jam(sub)]
    id: Vec<u64>,
    #[jam(roles)]
    roles: Vec<String>,
    #[jam(scopes)]
    scopes: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Admin,
}

fn main() {}
