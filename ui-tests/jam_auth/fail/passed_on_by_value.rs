// A function takes the caller by value.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

fn notes_of(user: Auth<User>) -> u64 {
    user.user
}

#[jam_auth(backend = "jwt")]
async fn notes(user: Auth<User>) -> String {
    notes_of(user).to_string()
}

fn main() {}
