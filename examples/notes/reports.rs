//! A separate table that the table of the application merges.

use axum::extract::State;
use axum::{Json, Router, routing::get};
use jam::dsl::user;
use jam::{Access, Auth, JamRouter, jam_auth, jam_routes};

use crate::App;
use crate::api_keys::{ApiKeys, Program};
use crate::db::Db;
use crate::user::{Role, User};

const PROGRAMS: Access<Program> = user().backend_type::<ApiKeys>().header("x-api-key");
const STAFF: Access<User> = user()
    .backend("session")
    .cookie("sid")
    .any_role(&[Role::Editor, Role::Admin])
    .hide();

pub(crate) fn routes() -> JamRouter<App> {
    jam_routes![
        PROGRAMS = [get("/reports/daily", daily)],
        STAFF = [get("/reports", summary), mount("/reports/raw", raw())],
        declared() = [get("/version", version)],
    ]
}

async fn daily(program: Auth<Program>, State(db): State<Db>) -> String {
    format!("for {}: {} notes", program.name, db.count_notes())
}

async fn summary(user: Auth<User>, State(db): State<Db>) -> String {
    format!("for {}: {} notes", user.name, db.count_notes())
}

/// Returns a router of another crate. The mount guards all of its paths.
fn raw() -> Router<App> {
    Router::new().route(
        "/count",
        get(async |State(db): State<Db>| Json(db.count_notes())),
    )
}

#[jam_auth(public = "clients ask which version they talk to")]
async fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
