// Paths have the syntax of axum 0.8.

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

fn routes() -> JamRouter<Jam> {
    const PATH: &str = "/a";
    jam_routes![
        WEB = [
            get("users", list),
            get("", list),
            get("/users/:id", list),
            get("/files/*rest", list),
            get("/notes/{}", list),
            get("/{*rest}/more", list),
            get("/{a}{b}", list),
            get(PATH, show),
        ],
    ]
}

fn main() {}
