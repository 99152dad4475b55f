// The caller under another name of the same type, and without some of the other arguments.

#![deny(warnings)]

use jam::{Auth as JamAuth, Jam, JamPayload, JamRouter, jam_auth, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

type Auth<P, R> = JamAuth<P, R>;

#[jam_auth(backend = "jwt")]
async fn aliased(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "jwt")]
async fn one_of_two(
    user: Auth<User>,
    #[cfg(any())] _: u8,
    #[cfg(all())] _: axum::http::Method,
) -> String {
    user.user.to_string()
}

fn routes() -> JamRouter<Jam> {
    jam_routes![declared() = [get("/a", aliased), get("/b", one_of_two)]]
}

fn main() {
    let _ = routes();
}
