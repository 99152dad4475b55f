//! A program that is correct and complete. The test replaces parts of it.

use jam::dsl::user;
use jam::{Access, Auth, Jam, JamPayload, JamRole, JamRouter, jam_auth, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Admin,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role)]
struct User {
    name: String,
    #[jam(roles)]
    roles: Vec<Role>,
}

const WEB: Access<User> = user().backend("session").cookie("sid").role(Role::Admin).login("/login");

mod notes {
    use super::{Auth, User};

    pub async fn list(user: Auth<User>) -> String {
        user.name.clone()
    }

    pub async fn update(_: Auth<User>) {}

    pub async fn owner(_: Auth<User>) -> bool {
        true
    }
}

#[jam_auth(backend = "jwt")]
async fn me(user: Auth<User>) -> String {
    user.name.clone()
}

pub fn routes() -> JamRouter<Jam> {
    jam_routes![
        WEB = [get("/notes", notes::list)],
        declared() = [get("/me", me)],
    ]
}
