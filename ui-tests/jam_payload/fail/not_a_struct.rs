// A payload is a struct with named fields.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
enum User {
    Known(u64),
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Id(u64);

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Nobody;

#[jam_auth(backend = "jwt")]
async fn me(_: Auth<User>) -> String {
    String::new()
}

fn main() {}
