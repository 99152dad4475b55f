// A handler can have only one attribute.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt")]
#[jam_auth(backend = "session")]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
