// A rule holds at most six roles and scopes.

use jam::{Auth, JamPayload, Scopes, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(scopes("a", "b", "c", "d", "e", "f", "g"))]
struct User {
    #[jam(scopes)]
    scopes: Scopes,
}

#[jam_auth(backend = "jwt", scope("a", "b", "c", "d", "e", "f", "g"))]
async fn me(_: Auth<User>) {}

fn main() {}
