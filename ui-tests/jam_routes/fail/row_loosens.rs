// A row can only narrow the rule of its section.

use jam::dsl::user;
use jam::{Access, Auth, Jam, JamPayload, JamRole, JamRouter, Scopes, jam_auth, jam_routes};
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

const API: Access<User> = user().backend("jwt");
const WEB: Access<User> = user().backend("session").cookie("sid");

async fn list() {}
async fn show() {}

async fn owner(_: Auth<User>) -> bool {
    true
}

#[jam_auth(WEB)]
async fn me(_: Auth<User>) {}

fn metrics() -> axum::Router<Jam> {
    axum::Router::new()
}

fn routes() -> JamRouter<Jam> {
    jam_routes![
        WEB = [
            get("/a", list).optional(),
            get("/b", list).scope("notes:read").or(API),
            get("/c", list).guest().redirect_to("/"),
            get("/d", list).backend("jwt").cookie("jwt").header("x-id"),
            mount("/e", metrics()).login("/login"),
        ],
        API = [get("/f", show)],
    ]
}

fn main() {
    let _ = routes();
}
