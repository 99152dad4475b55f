// A role is a value of the payload's enum.

use jam::dsl::user;
use jam::{Access, Jam, JamPayload, JamRole, JamRouter, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Admin,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role)]
struct User {
    #[jam(roles)]
    roles: Vec<Role>,
}

const WEB: Access<User> = user().backend("session");
const ADMIN: Access<User> = WEB.role("admin");

async fn page() {}

fn routes() -> JamRouter<Jam> {
    jam_routes![WEB = [get("/", page).role("admin")]]
}

fn main() {
    let _ = (routes(), ADMIN, Role::Admin);
}
