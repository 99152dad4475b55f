// A header source requires a name.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt", header)]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "jwt", header =)]
async fn other(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
