// Invalid paths of a mount, and options that only a handler has.

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
            mount("/", metrics()),
            mount("/{id}/m", metrics()),
            mount("/{*rest}", metrics()),
            mount("m", metrics()),
            mount("/m", metrics()),
            mount("/p", metrics()).policy(owner),
            mount("/q"),
            mount(),
        ],
        public("another one") = [mount("/m/", metrics())],
        mount("/r", metrics()),
    ]
}

fn main() {
    let _ = routes();
}
