// A guest rule admits only anonymous requests, so there is no caller to take.

use jam::dsl::user;
use jam::{Access, Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

const GUEST: Access<User> = user().backend("session").cookie("sid").guest();

#[jam_auth(GUEST)]
async fn optional(_: Option<Auth<User>>) {}

#[jam_auth(GUEST)]
async fn required(_: Auth<User>) {}

fn main() {}
