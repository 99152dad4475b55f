// The attribute names no backend.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(cookie = "jwt")]
async fn other(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
