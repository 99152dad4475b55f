// The crate under another name.

use serde::{Deserialize, Serialize};

mod facade {
    pub mod auth {
        pub use jam::*;
    }
}

// From here on, a use of `::jam` is an error.
use facade::auth::{Auth, Jam, JamPayload, JamRole, jam_auth};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
#[jam(crate = facade::auth)]
enum Role {
    Admin,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(crate = crate::facade::auth, role = Role)]
struct User {
    #[jam(roles)]
    roles: Vec<Role>,
}

const WEB: facade::auth::Access<User> = facade::auth::dsl::user().backend("jwt");

#[jam_auth(backend = "jwt", crate = facade::auth, role(Role::Admin))]
async fn me(_: Auth<User>) {}

#[jam_auth(
    any(jwt(fresh = "5m"), session(cookie)),
    login = "/login",
    crate = facade::auth
)]
async fn both(_: Auth<User>) {}

#[jam_auth(WEB, crate = crate::facade::auth)]
async fn constant(_: Auth<User>) {}

#[jam_auth(backend = "jwt", optional, crate = facade::auth)]
async fn home(_: Option<Auth<User>>) {}

#[jam_auth(backend = "jwt", crate = crate::facade::auth, payload(#[jam(sub)] user: u64))]
async fn own(user: Auth<OwnPayload>) -> String {
    user.user.to_string()
}

fn main() {
    let _: axum::Router<Jam> = axum::Router::new()
        .route("/1", axum::routing::get(me))
        .route("/2", axum::routing::get(constant))
        .route("/3", axum::routing::get(home))
        .route("/4", axum::routing::get(own))
        .route("/5", axum::routing::get(both));
}
