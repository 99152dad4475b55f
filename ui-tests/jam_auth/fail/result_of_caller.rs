// A handler that takes the rejection as a value would run for every request.

use jam::{Auth, JamPayload, Rejection, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt")]
async fn me(user: Result<Auth<User>, Rejection>) -> &'static str {
    "secret"
}

fn main() {
    let _: Option<Rejection> = None;
}
