// Something that stays on its thread is held while waiting.

use jam::{Auth, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

use std::rc::Rc;

async fn wait() {}

#[jam_auth(backend = "jwt")]
async fn me(user: Auth<User>) -> String {
    let rc = Rc::new(());
    wait().await;
    drop(rc);
    user.user.to_string()
}

fn main() {}
