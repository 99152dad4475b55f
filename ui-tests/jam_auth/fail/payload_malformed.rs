// `payload(..)` lists fields.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt", payload())]
async fn one(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "jwt", payload(user))]
async fn two(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "jwt", payload = User)]
async fn three(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
