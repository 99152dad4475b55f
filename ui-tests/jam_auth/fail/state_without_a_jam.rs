// The router's state holds no `Jam`.

use axum::extract::State;
use axum::http::Method;
use axum::debug_handler;
use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[derive(Clone)]
struct App;

#[jam_auth(backend = "jwt")]
#[debug_handler(state = App)]
async fn named(_: Auth<User>, _: Method) {}

#[jam_auth(backend = "jwt")]
#[debug_handler]
async fn taken(_: Auth<User>, State(_): State<App>) {}

#[jam_auth(backend = "jwt")]
#[debug_handler]
async fn not_named(_: Auth<User>, _: Method) {}

fn main() {}
