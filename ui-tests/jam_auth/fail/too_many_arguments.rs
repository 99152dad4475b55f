// The handler has more arguments than axum allows, and an argument whose type has no name.

use jam::{Auth, Jam, JamPayload, JamRouter, jam_auth, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(backend = "jwt")]
#[rustfmt::skip]
async fn many(
    _: Auth<User>, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8, _: u8,
    _: u8, _: u8, _: u8, _: u8, _: u16,
) {}

#[jam_auth(backend = "jwt")]
async fn opaque(_: Auth<User>, _: impl Send) {}

fn routes() -> JamRouter<Jam> {
    jam_routes![]
}

fn main() {
    routes();
}
