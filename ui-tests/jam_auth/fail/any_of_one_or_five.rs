// `any` takes two to four entries.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(any(jwt(cookie = "jwt")))]
async fn one(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(any())]
async fn two(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(any)]
async fn three(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(any(jwt, jwt, session(cookie), session(cookie = "sid"), jwt(cookie)))]
async fn four(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
