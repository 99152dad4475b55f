// A handler can take only one caller.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt")]
async fn me(user: Auth<User>, _: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
