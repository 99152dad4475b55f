// The value of `crate` is a path.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt", crate = "jam")]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
