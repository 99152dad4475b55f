// Each entry of `any` has its own backend and sources.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(any(jwt, session(cookie = "sid")), backend = "jwt", cookie = "jwt")]
async fn one(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
