// Options that a macro passes are checked like other options.

use std::collections::HashMap;

use jam::{JamPayload, JamRole};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Admin,
}

macro_rules! payload {
    ($name:ident, $serde:meta, $mark:meta) => {
        #[derive(Clone, Serialize, Deserialize, JamPayload)]
        #[jam(role = Role)]
        struct $name {
            #[jam(sub)]
            id: u64,
            #[jam($mark)]
            #[serde(default, $serde)]
            groups: Vec<Role>,
            #[serde(flatten)]
            about: HashMap<String, String>,
        }
    };
}

payload!(Alias, alias = "roles", roles);
payload!(LeftOut, skip_serializing_if = "Vec::is_empty", roles);
payload!(Good, rename = "g", roles);

fn main() {}
