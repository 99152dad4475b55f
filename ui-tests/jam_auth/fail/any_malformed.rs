// The entries of `any` are backends with their own options.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(any(jtw, session(cookie = "sid")))]
async fn one(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(any("jwt", session = "sid"))]
async fn two(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(any(jwt(coookie = "jwt", login = "/login", fresh = "5d"), session(backend = "session")))]
async fn three(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(any(jwt session))]
async fn four(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
