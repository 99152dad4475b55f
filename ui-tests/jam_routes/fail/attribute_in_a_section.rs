// The rule of the attribute differs from the rule of the section.

use jam::{Auth, Jam, JamPayload, JamRouter, jam_auth, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

use jam::Access;
use jam::dsl::user;

const API: Access<User> = user().backend("jwt");

#[jam_auth(backend = "session", cookie = "sid")]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn routes() -> JamRouter<Jam> {
    jam_routes![API = [get("/me", me)], public("why") = [post("/me", me)]]
}

fn main() {
    routes();
}
