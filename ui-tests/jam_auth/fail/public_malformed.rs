// A public handler has a reason and no other options.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

#[jam_auth(public = "")]
async fn empty() {}

#[jam_auth(public)]
async fn silent() {}

#[jam_auth(public = "probe", backend = "jwt", hide)]
async fn both() {}

#[jam_auth(public = "probe")]
async fn caller(_: Option<Auth<User>>) {}

fn main() {}
