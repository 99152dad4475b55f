// The handler holds a value that is not `Send` across an await.

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
