// The handler does not take its caller.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt")]
async fn me() -> &'static str {
    "me"
}

#[jam_auth(backend = "jwt", payload(user: u64))]
async fn get_user(name: String) -> String {
    name
}

fn uses(_: &Auth<User>) {}

fn main() {}
