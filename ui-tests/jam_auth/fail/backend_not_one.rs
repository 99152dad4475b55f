// The type does not implement `Backend`.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

struct ApiKeys;

#[jam_auth(backend(ApiKeys), header = "x-api-key")]
async fn report(_: Auth<User>) {}

fn main() {}
