// Names are string literals.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = jwt, header = 42)]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
