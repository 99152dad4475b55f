// Scopes are string literals of one word, each listed once.

use jam::{Auth, JamPayload, JamRole, Scopes, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Reader,
    Admin,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role, scopes("notes:read", "notes:write"))]
struct User {
    #[jam(sub)]
    id: u64,
    #[jam(roles)]
    roles: Vec<Role>,
    #[jam(scopes)]
    scopes: Scopes,
}

#[jam_auth(backend = "jwt", scope())]
async fn one(user: Auth<User>) -> String {
    user.id.to_string()
}

#[jam_auth(
    backend = "jwt",
    scope("notes read", "notes:read", "notes:read", WRITE)
)]
async fn two(user: Auth<User>) -> String {
    user.id.to_string()
}

#[jam_auth(backend = "jwt", scope = "notes:read")]
async fn three(user: Auth<User>) -> String {
    user.id.to_string()
}

fn main() {}
