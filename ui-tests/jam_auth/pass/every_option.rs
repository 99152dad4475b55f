// All options, with two sources in either order, with one source, and with none.

use axum::extract::Path;
use axum::{Router, routing::get};
use jam::{Access, Auth, Jam, JamPayload, JamRole, Scopes, dsl, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Reader,
    Editor,
    Admin,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role, scopes("notes:read", "notes:write"))]
struct User {
    #[jam(sub)]
    id: u64,
    name: String,
    #[jam(roles)]
    roles: Vec<Role>,
    #[jam(scopes)]
    scopes: Scopes,
}

mod rules {
    use super::*;

    pub const WEB: Access<User> = dsl::user().backend("session").cookie("sid");
}

use rules::WEB;

#[jam_auth(backend = "jwt", cookie = "jwt", header = "x-id")]
async fn both(user: Auth<User>) -> String {
    user.name.clone()
}

#[jam_auth(backend = "jwt", header = "authorization", cookie)]
async fn default_cookie(user: Auth<User>) -> String {
    user.name.clone()
}

#[jam_auth(backend = "jwt")]
async fn neither(mut user: Auth<User>) -> String {
    user = user;
    user.id.to_string()
}

#[jam_auth(
    backend = "jwt",
    role(Role::Admin),
    any_role(Role::Editor, Role::Admin),
    hide
)]
async fn roles(_: Auth<User>) {}

#[jam_auth(backend = "jwt", scope("notes:read", "notes:write"))]
async fn scopes(_: Auth<User>, Path(_): Path<u64>) {}

#[jam_auth(backend = "session", cookie, login = "/login", fresh = "5m")]
async fn recent(_: Auth<User>) {}

#[jam_auth(backend = "session", cookie = "sid", login = "/login", optional, hide)]
async fn optional(_: Option<Auth<User>>) {}

#[jam_auth(any(jwt, session(cookie)))]
async fn two_ways(_: Auth<User>) {}

#[jam_auth(
    any(
        jwt(cookie = "jwt", header = "authorization", scope("notes:read"), hide),
        session(
            cookie = "sid",
            role(Role::Admin),
            any_role(Role::Admin, Role::Editor),
            fresh = "1h",
        ),
        jwt(header = "x-token"),
    ),
    role(Role::Editor),
    any_role(Role::Admin, Role::Editor),
    scope("notes:write"),
    fresh = "90s",
    login = "/login?for=notes",
    hide
)]
async fn all_options(user: Auth<User>) -> String {
    user.name.clone()
}

#[jam_auth(any(jwt(cookie), session(cookie)), optional, login = "/")]
async fn two_ways_or_none(user: Option<Auth<User>>) -> String {
    user.is_some().to_string()
}

#[jam_auth(WEB)]
async fn constant(_: jam::Auth<User>) {}

#[jam_auth(self::rules::WEB)]
async fn constant_by_path(_: jam::Auth<User>) {}

#[jam_auth(
    backend = "jwt",
    payload(
        /// The id of the user.
        #[jam(sub)]
        user: u64,
        #[serde(default)]
        name: String,
    ),
)]
async fn get_user(user: Auth<GetUserPayload>) -> String {
    format!("{} {}", user.user, user.name)
}

fn main() {
    let _: Router<Jam> = Router::new()
        .route("/1", get(both))
        .route("/2", get(default_cookie))
        .route("/3", get(neither))
        .route("/4", get(roles))
        .route("/5", get(scopes))
        .route("/6", get(constant))
        .route("/7", get(constant_by_path))
        .route("/8", get(get_user))
        .route("/9", get(recent))
        .route("/10", get(optional))
        .route("/11", get(two_ways))
        .route("/12", get(all_options))
        .route("/13", get(two_ways_or_none));
    let _ = Role::Reader;
}
