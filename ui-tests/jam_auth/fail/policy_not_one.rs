// These functions are not policies.

use axum::Json;
use jam::{Auth, Jam, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

async fn reads_the_body(_: Json<u64>) -> bool {
    true
}

async fn says_nothing(_: Auth<User>) {}

#[jam_auth(backend = "jwt", policy(reads_the_body), state = Jam)]
async fn one(_: Auth<User>) {}

#[jam_auth(backend = "jwt", policy(says_nothing), state = Jam)]
async fn two(_: Auth<User>) {}

#[jam_auth(backend = "jwt", policy(unknown), state = Jam)]
async fn three(_: Auth<User>) {}

fn main() {}
