// A rule has one backend, and each source at most once.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(
    backend = "jwt",
    header = "x-id",
    backend = "session",
    header = "x-key"
)]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
