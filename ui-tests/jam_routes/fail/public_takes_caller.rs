// The section is public, and the handler requires a caller.

use jam::{Auth, Jam, JamPayload, JamRouter, jam_auth, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn routes() -> JamRouter<Jam> {
    jam_routes![public("why") = [get("/me", me)]]
}

#[jam_auth(backend = "jwt")]
async fn other(_: Auth<User>) {}

fn main() {
    routes();
}
