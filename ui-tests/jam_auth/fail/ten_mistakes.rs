// The compiler reports all errors together.

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

use axum::Json;

#[jam_auth(
    backend = "jtw",
    haeder = "authorization",
    cookie = "two words",
    optional = true,
    role(),
    scope("notes read"),
    hide,
    hide
)]
fn me(Json(_): Json<u64>, user: Auth<User>) -> String {
    user.id.to_string()
}

fn main() {}
