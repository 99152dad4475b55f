// The rule requires a role, and the payload has no roles.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

enum Role {
    Admin,
}

#[jam_auth(backend = "jwt", role(Role::Admin))]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
