// The expression before `=` is not a rule.

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
    jam_routes!["everybody" = [get("/a", list)], WEB = [get("/b", show)],]
}

fn main() {}
