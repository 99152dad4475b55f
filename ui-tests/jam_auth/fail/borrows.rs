// A handler owns its arguments.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt")]
async fn one<'a>(_: Auth<User>, name: &'a str) -> String {
    name.to_owned()
}

#[jam_auth(backend = "jwt")]
async fn two<'a>(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
