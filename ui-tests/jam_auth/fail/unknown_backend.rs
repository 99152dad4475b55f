// The name of `jwt` is misspelled.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jtw")]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "oauth")]
async fn other(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
