// A flattened map could grant roles if the roles field is omitted.

use std::collections::HashMap;

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
    id: u64,
    #[jam(roles)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    roles: Vec<Role>,
    #[serde(flatten)]
    about: HashMap<String, String>,
}

// Without a flattened map, the field can be omitted.
#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role)]
struct Account {
    #[jam(roles)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    roles: Vec<Role>,
}

fn main() {}
