// A malformed row does not hide errors of other rows.

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
        WEB = [
            get("/a" list),
            get("/b"),
            get(),
            list,
            get("/c", list, show),
            get("/d", list) get("/e", show),
            get("f", list),
        ]
        public("probe") = [get("/g", list)],
        WEB,
    ]
}

fn main() {}
