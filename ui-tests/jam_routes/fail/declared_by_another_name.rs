// The attribute is on another function with the same name.

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

    #[jam_auth(public = "probe")]
    pub async fn generic<T: Send>(_: T) {}
}

mod open {
    pub async fn me() -> &'static str {
        "secret"
    }

    pub async fn generic<T: Send>(_: T) {}
}

use guarded::*;
use open::{generic, me};

fn routes() -> JamRouter<Jam> {
    jam_routes![declared() = [get("/me", me), get("/generic", generic::<String>)]]
}

fn main() {
    routes();
}
