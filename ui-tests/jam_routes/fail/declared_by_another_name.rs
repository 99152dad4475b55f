// The rule is found by the name of one function, and the route leads to another.

use jam::{Jam, JamRouter, jam_routes};

mod guarded {
    use jam::{Auth, JamPayload, jam_auth};
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Serialize, Deserialize, JamPayload)]
    pub struct User {
        user: u64,
    }

    #[jam_auth(backend = "jwt")]
    pub async fn me(_: Auth<User>) -> &'static str {
        "secret"
    }
}

mod open {
    pub async fn me() -> &'static str {
        "secret"
    }
}

use guarded::*;
use open::me;

fn routes() -> JamRouter<Jam> {
    jam_routes![declared() = [get("/me", me)]]
}

fn main() {
    routes();
}
