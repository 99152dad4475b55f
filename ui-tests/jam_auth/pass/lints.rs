//! The expansions of the macros cause no lint.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, unused)]
#![deny(
    elided_lifetimes_in_paths,
    missing_copy_implementations,
    missing_debug_implementations,
    non_local_definitions,
    single_use_lifetimes,
    trivial_casts,
    unit_bindings,
    unused_lifetimes,
    unused_results,
    variant_size_differences
)]

use axum::Json;
use axum::extract::Path;
use jam::__private;
use jam::{Access, Auth, Jam, JamPayload, JamRole, JamRouter, Scopes, dsl};
use jam::{jam_auth, jam_routes};
use serde::{Deserialize, Serialize};

/// A role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
pub enum Role {
    /// The permission to read.
    Reader,
    /// All permissions.
    Admin,
}

/// A caller.
#[derive(Clone, Debug, Serialize, Deserialize, JamPayload)]
#[jam(role = Role, scopes("a"))]
pub struct User {
    /// The id.
    #[jam(sub)]
    pub id: u64,
    /// The roles.
    #[jam(roles)]
    pub roles: Vec<Role>,
    /// The scopes.
    #[jam(scopes)]
    pub scopes: Scopes,
}

/// A rule.
pub const WEB: Access<User> = dsl::user().backend("session").cookie("sid");

/// A page.
#[jam_auth(backend = "jwt", cookie = "jwt", role(Role::Admin))]
pub async fn me(user: Auth<User>, Path(id): Path<u64>) -> Json<u64> {
    Json(user.id + id)
}

/// A page for every request.
#[jam_auth(backend = "jwt", optional)]
pub async fn home(user: Option<Auth<User>>, path: Path<u64>) -> Result<Json<u64>, String> {
    let Some(user) = user else {
        return Err("anonymous".to_owned());
    };
    Ok(Json(user.id + *path))
}

/// A page with a payload of its own.
#[jam_auth(backend = "jwt", payload(user: u64, name: String))]
pub async fn own(user: Auth<OwnPayload>) -> String {
    format!("{} {}", user.user, user.name)
}

/// A page for two kinds of callers.
#[jam_auth(
    any(
        jwt(cookie = "jwt", fresh = "5m"),
        session(cookie = "sid", role(Role::Admin))
    ),
    login = "/login",
    hide
)]
pub async fn both(user: Auth<User>) -> Json<u64> {
    Json(user.id)
}

async fn owner(user: Auth<User>, Path(id): Path<u64>) -> bool {
    user.id == id
}

mod inner {
    use jam::{Auth, jam_auth};

    #[jam_auth(super::WEB)]
    pub(crate) async fn attributed(_: Auth<super::User>) {}

    pub(crate) async fn page(_: Auth<super::User>) {}

    #[jam_auth(backend = "jwt", payload(user: u64))]
    pub(super) async fn private(user: Auth<PrivatePayload>) -> String {
        user.user.to_string()
    }
}

/// A table.
pub fn routes() -> JamRouter<Jam> {
    jam_routes![
        WEB = [
            get("/page", inner::page),
            put("/page", inner::page).scope("a").hide(),
            post("/page/{id}", inner::page).policy(owner),
            patch("/page/{id}", inner::page)
                .fresh(minutes(5))
                .policy(owner, owner),
            mount("/mounted", axum::Router::new()),
            mount("/admin", axum::Router::new()).role(Role::Admin),
        ],
        public("probe") = [],
        declared() = [
            get("/me/{id}", me),
            get("/own", own),
            get("/both", both),
            get("/private", inner::private),
            get("/attributed", inner::attributed),
            get("/home/{id}", home),
        ],
        merge(JamRouter::new()),
        dsl::user::<User>().backend("jwt") = [get("/inline", inner::page)],
    ]
}

fn main() {
    let _ = __private::Verb::Get;
    __private::takes_caller1(|(): ()| std::future::ready(()));
    #[jam_auth(WEB)]
    async fn inside(_: Auth<User>) {}
    let _: JamRouter<Jam> = jam_routes![declared() = [get("/inside", inside)]];
    let _ = (routes(), Role::Reader);
}
