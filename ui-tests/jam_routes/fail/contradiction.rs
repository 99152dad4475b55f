// A rule for anonymous requests cannot require a scope.

use jam::dsl::user;
use jam::{Access, Jam, JamPayload, JamRouter, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

const WEB: Access<User> = user().backend("session").cookie("sid");

async fn list() {}
async fn show() {}

use jam::Scopes;

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(scopes("notes:read"))]
struct Api {
    #[jam(scopes)]
    scopes: Scopes,
}

fn routes() -> JamRouter<Jam> {
    jam_routes![
        user::<Api>().optional().scope("notes:read") = [get("/a", list)],
        user::<Api>().scope("notes:raed") = [get("/b", show)],
        WEB = [get("/c", show)],
    ]
}

fn main() {
    let _ = routes();
}
