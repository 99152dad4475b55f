// Handlers must be async.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt")]
fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
