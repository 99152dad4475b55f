// The state does not hold a `Jam`.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[derive(Clone)]
struct AppState;

#[jam_auth(backend = "jwt")]
#[axum::debug_handler(state = AppState)]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
