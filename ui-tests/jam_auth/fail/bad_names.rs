// The names are not valid names of a header or a cookie.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt", header = "x token", cookie = "")]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "jwt", header = "Cookie")]
async fn other(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
