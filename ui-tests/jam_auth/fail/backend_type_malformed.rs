// A custom backend is named by its type.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend("api_key"), header = "x-api-key")]
async fn by_name(_: Auth<User>) {}

#[jam_auth(backend(), header = "x-api-key")]
async fn nothing(_: Auth<User>) {}

#[jam_auth(any(jwt, backend(header = "x-api-key")))]
async fn no_type(_: Auth<User>) {}

fn main() {}
