// The rule and the argument of the handler disagree about `optional`.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

use jam::{Access, dsl};

const WEB: Access<User> = dsl::user().backend("jwt");
const OPEN: Access<User> = WEB.optional();

#[jam_auth(OPEN)]
async fn one(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(WEB)]
async fn two(_: Option<Auth<User>>) -> String {
    String::new()
}

fn main() {}
