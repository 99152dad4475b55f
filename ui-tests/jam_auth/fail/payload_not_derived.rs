// `#[derive(JamPayload)]` is missing.

use jam::{Auth, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt")]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
