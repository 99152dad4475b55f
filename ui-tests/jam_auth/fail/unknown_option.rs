// All misspelled options are reported, and no option is reported as missing.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(
    backnd = "jwt",
    haeder = "authorization",
    roels(Role::Admin),
    lifetime = "5m",
    type = "x"
)]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
