// Two rows have different names for the same path segment.

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
    jam_routes![
        WEB = [get("/notes/{id}", list), get("/notes/new", show)],
        public("shared by link") = [post("/notes/{note}", show)],
    ]
}

fn main() {}
