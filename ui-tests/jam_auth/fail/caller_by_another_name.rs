// The macro finds the caller by the name `Auth` and its type argument.

use jam::{JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

type Auth = jam::Auth<User>;

#[jam_auth(backend = "jwt")]
async fn me(user: Auth) -> String {
    user.user.to_string()
}

fn main() {}
