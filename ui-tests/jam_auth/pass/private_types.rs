// Payloads with less visibility than the handlers that take them.

#![deny(warnings)]

use jam::{Auth, Jam, JamPayload, JamRouter, jam_auth, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Private {
    user: u64,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
pub(crate) struct Inside {
    user: u64,
}

#[jam_auth(backend = "jwt")]
#[allow(private_interfaces)] // plain axum requires this too
pub async fn private(user: Auth<Private>) -> String {
    user.user.to_string()
}

mod pages {
    use super::{Inside, Private};
    use jam::{Auth, jam_auth};

    #[jam_auth(backend = "jwt", optional)]
    pub async fn inside(user: Option<Auth<Inside>>) -> String {
        user.map_or(0, |user| user.user).to_string()
    }

    async fn yes(_: Auth<Private>) -> bool {
        true
    }

    #[jam_auth(backend = "jwt", policy(yes), state = jam::Jam)]
    pub async fn policed(user: Auth<Private>) -> String {
        user.user.to_string()
    }
}

fn routes() -> JamRouter<Jam> {
    jam_routes![
        declared() = [
            get("/private", private),
            get("/inside", pages::inside),
            get("/policed", pages::policed),
        ],
    ]
}

fn main() {
    let _ = routes();
}
