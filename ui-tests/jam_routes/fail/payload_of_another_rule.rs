// The handler takes another payload than the rule of its section.
use jam::{Access, Auth, JamPayload, JamRouter, dsl::user, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Machine {
    machine: String,
}

const API: Access<User> = user().backend("jwt");

async fn status(_: Auth<Machine>) {}

async fn me(_: Auth<User>) {}

fn routes() -> JamRouter {
    jam_routes![API = [get("/status", status), get("/me", me)]]
}

fn main() {
    let _ = routes();
}
