// The attribute above and below the most common other attributes of handlers.

use axum::extract::Path;
use axum::{Json, Router, debug_handler, routing::get};
use jam::{Auth, Jam, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};
use tracing::instrument;

#[derive(Clone, Debug, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[debug_handler(state = Jam)]
#[jam_auth(backend = "jwt")]
async fn debug_above(user: Auth<User>, Path(_): Path<u64>) -> Json<User> {
    Json(user.into_inner())
}

#[jam_auth(backend = "jwt")]
#[debug_handler(state = Jam)]
async fn debug_below(user: Auth<User>, Path(_): Path<u64>) -> Json<User> {
    Json(user.into_inner())
}

#[instrument]
#[jam_auth(backend = "jwt")]
async fn instrument_above(user: Auth<User>, Path(id): Path<u64>) -> Json<User> {
    let _ = id;
    Json(user.into_inner())
}

#[jam_auth(backend = "jwt")]
#[instrument(skip_all, fields(user = user.user))]
async fn instrument_below(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

#[instrument(skip_all)]
#[debug_handler(state = Jam)]
#[jam_auth(backend = "jwt", optional)]
async fn optional_below(user: Option<Auth<User>>) -> Json<Option<User>> {
    Json(user.map(Auth::into_inner))
}

#[jam_auth(backend = "jwt", optional)]
#[debug_handler(state = Jam)]
#[instrument(skip_all)]
async fn optional_above(user: Option<Auth<User>>) -> Json<Option<User>> {
    Json(user.map(Auth::into_inner))
}

fn main() {
    let _: Router<Jam> = Router::new()
        .route("/1/{id}", get(debug_above))
        .route("/2/{id}", get(debug_below))
        .route("/3/{id}", get(instrument_above))
        .route("/4", get(instrument_below))
        .route("/5", get(optional_below))
        .route("/6", get(optional_above));
}
