// Only the last argument reads the body.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

use axum::Json;
use axum::extract::{Path, Request};

#[jam_auth(backend = "jwt")]
async fn one(_: Auth<User>, Json(_): Json<u64>, Path(_): Path<u64>) {}

#[jam_auth(backend = "jwt")]
async fn two(_: Auth<User>, _: String, _: Request) {}

fn main() {}
