// Roles are enum values, not strings.

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

#[jam_auth(backend = "jwt", role = "admin", any_role("reader", "admin"))]
async fn me(user: Auth<User>) -> String {
    user.id.to_string()
}

fn main() {}
