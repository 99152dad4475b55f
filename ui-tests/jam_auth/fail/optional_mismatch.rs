// What the rule says and what the handler takes are not the same.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt", optional)]
async fn one(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "jwt")]
async fn two(_: Option<Auth<User>>) -> String {
    String::new()
}

fn main() {}
