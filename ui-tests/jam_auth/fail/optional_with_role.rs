// An anonymous request has no role.

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

#[jam_auth(backend = "jwt", optional, role(Role::Admin), scope("notes:read"))]
async fn me(_: Option<Auth<User>>) -> String {
    String::new()
}

#[jam_auth(any(jwt(role(Role::Admin)), session(cookie)), optional, fresh = "5m")]
async fn other(_: Option<Auth<User>>) -> String {
    String::new()
}

fn main() {}
