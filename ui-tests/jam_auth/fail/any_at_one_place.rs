// Two backends read the same `Authorization` header.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(any(jwt, session(header = "authorization")))]
async fn one(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
