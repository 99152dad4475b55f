// rustc reports an unknown constant.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

use jam::{Access, dsl};

const WEB: Access<User> = dsl::user().backend("jwt");

#[jam_auth(WBE)]
async fn me(user: Auth<User>) -> String {
    user.user.to_string()
}

fn main() {}
