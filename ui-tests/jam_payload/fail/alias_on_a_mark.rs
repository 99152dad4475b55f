// An alias would let another claim set the subject or the roles.

use jam::{JamPayload, JamRole};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Admin,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role)]
struct User {
    #[jam(sub)]
    #[serde(alias = "user_id")]
    id: u64,
    #[jam(roles)]
    #[serde(default, alias = "groups")]
    roles: Vec<Role>,
}

fn main() {}
