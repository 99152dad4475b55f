// A constant is a complete rule and takes no options.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

use jam::{Access, dsl};

const WEB: Access<User> = dsl::user().backend("jwt");

#[jam_auth(WEB, hide, cookie = "sid")]
async fn one(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(WEB.hide())]
async fn two(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
