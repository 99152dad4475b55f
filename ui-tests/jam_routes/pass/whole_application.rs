// The table of an application with all features of rows and rules.

use axum::Router;
use axum::extract::{FromRef, Path, State};
use jam::dsl::{minutes, user};
use jam::{Access, Auth, Jam, JamPayload, JamRole, JamRouter, Scopes, jam_auth, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
pub enum Role {
    Reader,
    Editor,
    Admin,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role, scopes("notes:read", "notes:write"))]
pub struct User {
    #[jam(sub)]
    pub id: u64,
    pub name: String,
    #[jam(roles)]
    pub roles: Vec<Role>,
    #[jam(scopes)]
    pub scopes: Scopes,
}

const API: Access<User> = user().backend("jwt");
const WEB: Access<User> = user().backend("session").cookie("sid").login("/login");
const BOTH: Access<User> = API.or(WEB);
const ADMIN: Access<User> = WEB.role(Role::Admin);
const RECENT: Access<User> = WEB.fresh(minutes(30));

#[derive(Clone)]
pub struct Db;

impl Db {
    async fn owner_of(&self, note: NoteId) -> Option<u64> {
        (note.0 > 0).then_some(note.0)
    }
}

#[derive(Clone)]
pub struct App {
    jam: Jam,
    db: Db,
}

impl FromRef<App> for Jam {
    fn from_ref(app: &App) -> Self {
        app.jam.clone()
    }
}

impl FromRef<App> for Db {
    fn from_ref(app: &App) -> Self {
        app.db.clone()
    }
}

#[derive(Clone, Copy, Deserialize)]
pub struct NoteId(u64);

/// A policy of the notes. It is an axum handler that returns `bool`.
async fn note_owner(user: Auth<User>, Path(id): Path<NoteId>, State(db): State<Db>) -> bool {
    db.owner_of(id).await == Some(user.id)
}

mod policies {
    use super::User;
    use jam::Auth;

    pub async fn is_named(user: Auth<User>) -> bool {
        !user.name.is_empty()
    }
}

mod pages {
    use super::User;
    use jam::Auth;

    pub async fn about() {}

    pub async fn home(user: Option<Auth<User>>) -> String {
        user.map_or_else(String::new, |user| user.name.clone())
    }
}

mod ops {
    pub async fn health() {}
}

mod hooks {
    pub async fn stripe(_: String) {}
}

mod login {
    use super::User;
    use jam::Auth;

    pub async fn form() {}
    pub async fn submit() {}
    pub async fn logout(_: Auth<User>) {}
}

mod notes {
    use super::User;
    use jam::Auth;

    pub async fn list(_: Auth<User>) {}
    pub async fn create(_: Auth<User>, _: String) {}
    pub async fn update(_: Auth<User>, _: String) {}
}

mod account {
    use super::User;
    use jam::Auth;

    pub async fn remove(_: Auth<User>) {}
}

mod admin {
    pub async fn index() {}
}

mod reports {
    use super::{ADMIN, App};
    use jam::{JamRouter, jam_routes};

    pub fn routes() -> JamRouter<App> {
        jam_routes![ADMIN = [get("/reports", async || "reports").hide()]]
    }
}

fn metrics() -> Router<App> {
    Router::new()
}

#[jam_auth(any(jwt, session(cookie = "sid", role(Role::Admin))), login = "/login")]
async fn me(user: Auth<User>) -> String {
    user.name.clone()
}

pub fn routes() -> JamRouter<App> {
    let router = Router::new();
    jam_routes![
        public("marketing page and probe") = [
            get("/about", pages::about),
            get("/healthz", ops::health), // scraped every 5 s
        ],
        public("verifies its own HMAC signature") = [post("/hooks/stripe", hooks::stripe)],
        public("files for everybody") = [mount("/assets", router)],
        WEB.guest().redirect_to("/") = [get("/login", login::form), post("/login", login::submit)],
        WEB.optional() = [get("/", pages::home)],
        BOTH = [
            get("/notes", notes::list),
            post("/notes", notes::create).scope("notes:write"),
            put("/notes/{id}", notes::update).policy(note_owner),
            patch("/notes/{id}", notes::update)
                .any_role(&[Role::Editor, Role::Admin])
                .scope("notes:read")
                .scope("notes:write")
                .policy(note_owner)
                .policy(policies::is_named, async |user: Auth<User>| user.id > 0)
                .hide(),
        ],
        WEB = [
            post("/logout", login::logout),
            delete("/account", account::remove).fresh(minutes(5)),
            mount("/exports", metrics()),
        ],
        RECENT = [put("/account", account::remove).fresh(seconds(90))],
        ADMIN = [
            get("/admin", admin::index),
            mount("/metrics", metrics()).fresh(hours(1)).hide(),
        ],
        declared() = [get("/me", me)], // the rule is on the handler's #[jam_auth]
        merge(reports::routes()),
    ]
}

fn main() {
    let _ = routes();
    let _ = Role::Reader;
}
