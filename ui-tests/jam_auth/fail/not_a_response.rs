// The payload does not implement `IntoResponse`.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

struct NotAResponse;

#[jam_auth(backend = "jwt")]
async fn me(_: Auth<User>) -> NotAResponse {
    NotAResponse
}

#[jam_auth(backend = "jwt", optional)]
async fn home(_: Option<Auth<User>>) -> NotAResponse {
    NotAResponse
}

fn main() {}
