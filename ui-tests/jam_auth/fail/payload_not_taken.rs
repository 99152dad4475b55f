// The handler takes another payload than the attribute declares.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt", payload(user: u64))]
async fn get_user(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
