// The rule is a constant, so its payload must be a known type.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

use jam::Payload;

#[jam_auth(backend = "jwt")]
async fn one<P: Payload>(_: Auth<P>) -> String {
    String::new()
}

#[jam_auth(backend = "jwt")]
async fn two<T>(_: Auth<Of<T>>) -> String {
    String::new()
}

fn main() {}
