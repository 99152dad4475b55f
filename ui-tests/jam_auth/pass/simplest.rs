// The two simplest forms.

use axum::{Json, Router, routing::get};
use jam::{Auth, Jam, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt", cookie = "jwt")]
async fn get_user(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

#[jam_auth(backend = "session", cookie = "sessionId")]
async fn by_session(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

fn app() -> Router<Jam> {
    Router::new()
        .route("/user", get(get_user))
        .route("/session", get(by_session))
}

fn main() {
    let _ = app();
}
