// Handlers in a function, in modules, with a raw name, with arguments that `#[cfg]` removes, and
// next to modules and types with the name of the handler.

#![deny(warnings)]

use jam::{Auth, Jam, JamPayload, JamRouter, jam_auth, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
pub struct User {
    pub user: u64,
}

pub mod pages {
    pub mod notes {
        use crate::User;
        use jam::{Auth, jam_auth};

        #[jam_auth(backend = "jwt")]
        pub async fn list(user: Auth<User>) -> String {
            user.user.to_string()
        }

        #[jam_auth(backend = "jwt")]
        pub(crate) async fn r#type(user: Auth<User>) -> String {
            user.user.to_string()
        }
    }
}

use pages::notes::{self, r#type};

// A handler in its own module, re-exported.
mod list {
    use crate::User;
    use jam::{Auth, jam_auth};

    #[jam_auth(backend = "jwt")]
    pub async fn list(user: Auth<User>) -> String {
        user.user.to_string()
    }

    #[jam_auth(public = "probe")]
    pub async fn health() -> &'static str {
        "ok"
    }
}
pub use list::list;
use list::health as renamed;

mod users {}

#[jam_auth(backend = "jwt")]
async fn users(user: Auth<User>) -> String {
    user.user.to_string()
}

#[jam_auth(backend = "jwt")]
#[allow(clippy::unused_async)]
async fn cfg(
    user: Auth<User>,
    #[cfg(any())] _: u8,
    #[cfg(all())] _: axum::extract::Path<u64>,
) -> String {
    user.user.to_string()
}

// An attribute that can remove the handler, in both orders.
#[jam_auth(backend = "jwt", payload(user: u64))]
#[cfg(any())]
async fn gone(user: Auth<GonePayload>) -> String {
    user.user.to_string()
}

#[cfg(any())]
#[jam_auth(backend = "jwt")]
async fn gone(user: Nothing) {}

#[deprecated]
#[jam_auth(backend = "jwt")]
#[allow(dead_code)]
async fn old(_: Auth<User>) {}

fn routes() -> JamRouter<Jam> {
    #[jam_auth(backend = "jwt", payload(user: u64))]
    async fn inside(user: Auth<InsidePayload>) -> String {
        user.user.to_string()
    }

    jam_routes![
        declared() = [
            get("/", inside),
            get("/type", r#type),
            get("/notes", notes::list),
            get("/all", crate::pages::notes::list),
            get("/cfg/{id}", cfg),
            get("/list", list),
            get("/users", users),
            get("/health", renamed),
        ],
    ]
}

fn main() {
    let _ = routes();
}
