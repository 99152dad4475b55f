// The policies are not valid options.

use axum::extract::State;
use axum::{Router, routing::get};
use jam::{Auth, Jam, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

async fn own(user: Auth<User>) -> bool {
    user.user == 1
}

#[jam_auth(backend = "jwt", policy(), state = Jam)]
async fn empty(_: Auth<User>) {}

#[jam_auth(backend = "jwt", policy = own)]
async fn value(_: Auth<User>) {}

#[jam_auth(backend = "jwt", policy(own))]
async fn no_state(_: Auth<User>) {}

#[jam_auth(backend = "jwt", state = Jam)]
async fn no_policy(_: Auth<User>) {}

#[jam_auth(backend = "jwt", policy(own), state = "Jam")]
async fn no_type(_: Auth<User>) {}

fn main() {
    let _: Router<Jam> = Router::new().route("/", get(no_state));
    let _: State<()>;
}
