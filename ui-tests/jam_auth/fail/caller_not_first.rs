// The caller comes before every argument that reads the request.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

use axum::Json;

#[jam_auth(backend = "jwt")]
async fn me(Json(_): Json<String>, user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
