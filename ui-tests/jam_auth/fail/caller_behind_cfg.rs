// If `cfg` removed the caller, the handler would admit every request.

use jam::{Auth, Jam, JamPayload, JamRouter, jam_auth, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt")]
async fn plain(#[cfg(any())] user: Auth<User>) -> &'static str {
    "secret"
}

#[jam_auth(backend = "jwt")]
async fn generic<T: Send>(#[cfg_attr(all(), cfg(any()))] _: Auth<User>, _: T) -> &'static str {
    "secret"
}

async fn yes() -> bool {
    true
}

#[jam_auth(backend = "jwt", policy(yes), state = Jam)]
async fn policed(#[allow(unused)] #[cfg(any())] user: Auth<User>) -> &'static str {
    "secret"
}

#[jam_auth(backend = "jwt", optional)]
async fn optional(#[cfg(any())] user: Option<Auth<User>>) -> &'static str {
    "secret"
}

fn routes() -> JamRouter<Jam> {
    jam_routes![]
}

fn main() {
    routes();
}
