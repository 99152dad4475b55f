// The handlers contain the rules, so `declared` takes no options.

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

use jam::{Auth, jam_auth};

#[jam_auth(WEB)]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn routes() -> JamRouter<Jam> {
    jam_routes![
        declared().hide() = [get("/me", me)],
        declared() = [get("/you", || async {})],
    ]
}

fn main() {}
