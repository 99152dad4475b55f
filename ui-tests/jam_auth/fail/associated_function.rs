// A handler is a free function. A macro cannot see the `impl` around it: rustc reports
// the items that are not allowed there.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

struct App;

impl App {
    #[jam_auth(backend = "jwt")]
    async fn me(user: Auth<User>) -> String {
        user.user.to_string()
    }
}

fn main() {}
