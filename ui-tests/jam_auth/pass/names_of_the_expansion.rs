// An application can use the names that the expansion uses.

use jam::{Auth, Jam, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Lazily {
    user: u64,
}

async fn owner(_: Auth<Lazily>) -> bool {
    true
}

const POLICIES: fn(Auth<Lazily>) -> std::future::Ready<bool> = |_| std::future::ready(true);

#[jam_auth(backend = "jwt", policy(owner, POLICIES), state = Jam)]
async fn rule(user: Auth<Lazily>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "jwt")]
async fn check(user: Auth<Lazily>) -> String {
    user.user.to_string()
}

fn main() {
    let _ = axum::Router::<Jam>::new()
        .route("/rule", axum::routing::get(rule))
        .route("/check", axum::routing::get(check));
}
