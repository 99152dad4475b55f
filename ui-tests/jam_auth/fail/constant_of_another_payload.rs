// The rule has another payload.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

use jam::{Access, dsl};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Admin {
    admin: u64,
}

const ADMIN: Access<Admin> = dsl::user().backend("jwt");

#[jam_auth(ADMIN)]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
