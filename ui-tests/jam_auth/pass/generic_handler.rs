// A handler can be generic over any type except its payload.

use std::fmt::Debug;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, State};
use axum::routing::get;
use jam::{Auth, Jam, JamPayload, JamRouter, jam_auth, jam_routes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

trait Db: Clone + Send + Sync + 'static {
    fn name(&self) -> String;
}

#[derive(Clone)]
struct Memory;

impl Db for Memory {
    fn name(&self) -> String {
        "memory".to_owned()
    }
}

#[derive(Clone, FromRef)]
struct App {
    jam: Jam,
    db: Memory,
}

#[jam_auth(backend = "jwt")]
async fn by_type<D: Db, const N: usize>(user: Auth<User>, State(db): State<D>) -> String
where
    D: Debug + Clone,
{
    format!("{} {} {N}", user.user, db.name())
}

impl Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

#[jam_auth(backend = "jwt", optional)]
async fn optional<D: Db>(user: Option<Auth<User>>, State(db): State<D>) -> String {
    format!("{} {}", user.is_some(), db.name())
}

#[jam_auth(backend = "jwt")]
async fn by_extractor<T: FromRequestParts<App> + Send>(_: Auth<User>, _: T) -> String {
    String::new()
}

/// A handler named `check`. The expansion contains a function with this name.
#[jam_auth(backend = "jwt")]
async fn check<D: Db>(user: Auth<User>, State(db): State<D>) -> String {
    format!("{} {}", user.user, db.name())
}

#[jam_auth(public = "probe")]
async fn health<D: Db>(State(db): State<D>) -> String {
    db.name()
}

fn routes() -> JamRouter<App> {
    jam_routes![
        declared() = [
            get("/type", by_type::<Memory, 3>),
            get("/optional", optional::<Memory>),
            get("/extractor", by_extractor::<axum::http::Method>),
            get("/health", health::<Memory>),
        ],
    ]
}

fn main() {
    let _: Router<App> = Router::new()
        .route("/check", get(check::<Memory>))
        .route("/1", get(by_type::<Memory, 3>))
        .route("/2", get(optional::<Memory>));
    let _ = routes();
}
