// Another field must not be written with the name of a marked field.

use std::collections::BTreeMap;

use jam::{JamPayload, JamRole};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Admin,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role)]
struct Wanted {
    #[jam(roles)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    roles: Vec<Role>,
    #[serde(default, rename(serialize = "roles", deserialize = "wanted"))]
    wanted: Vec<Role>,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role)]
struct TwoReadNames {
    #[jam(roles)]
    #[serde(rename(serialize = "roles", deserialize = "roles", deserialize = "wanted"))]
    roles: Vec<Role>,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role)]
struct Rest {
    #[jam(roles)]
    roles: Vec<Role>,
    #[serde(flatten, skip_deserializing)]
    rest: BTreeMap<String, u64>,
}

macro_rules! payload {
    ($name:ident, $option:path) => {
        #[derive(Clone, Serialize, Deserialize, JamPayload)]
        #[jam(role = Role)]
        struct $name {
            #[jam(roles)]
            #[serde($option = "wanted")]
            roles: Vec<Role>,
        }
    };
}

payload!(Fragment, alias);

fn main() {}
