//! A handler that panics after it has changed its session, or while it does.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::StatusCode;
use jam::session::{MemoryStore, PostgresStore, RedisOptions, SessionStore, SqliteStore};
use jam::{Auth, Jam, Jwt, Sessions, jam_auth};
use jam_servers::postgres::Postgres;
use jam_servers::redis::RedisServer;

use crate::support::{SECRET, User, app, call, get_with};

#[jam_auth(backend = "session", cookie = "sid")]
async fn panics_later(user: Auth<User>, State(jam): State<Jam>) {
    jam.update_session(user.session().unwrap().id(), |user: &mut User| {
        user.user += 1
    })
    .await
    .unwrap();
    panic!("the test requests this panic");
}

#[jam_auth(backend = "session", cookie = "sid")]
async fn panics_meanwhile(user: Auth<User>, State(jam): State<Jam>) {
    let changed = jam.update_session(user.session().unwrap().id(), |user: &mut User| {
        user.user += 100;
        panic!("the test requests this panic");
    });
    changed.await.unwrap();
}

async fn panicking(app: &Router, path: &'static str, cookie: &str) {
    let (app, cookie) = (app.clone(), cookie.to_owned());
    let request = tokio::spawn(async move {
        call(&app, "POST", path, &[("cookie", &cookie)]).await;
    });
    assert!(request.await.unwrap_err().is_panic());
}

async fn a_panic_leaves_a_whole_session(store: impl SessionStore) {
    let jam = Jam::builder()
        .jwt(Jwt::hs256(SECRET))
        .sessions(Sessions::in_store(store))
        .build()
        .unwrap();
    jam.migrate().await.unwrap();
    let routes = Router::new()
        .route("/later", post(panics_later))
        .route("/meanwhile", post(panics_meanwhile))
        .with_state(jam.clone());
    let app = app(jam.clone()).merge(routes);
    let session = jam.create_session("ann", &User { user: 1 }).await.unwrap();
    let cookie = format!("sid={}", session.as_str());
    for user in 2..5 {
        panicking(&app, "/later", &cookie).await;
        panicking(&app, "/meanwhile", &cookie).await;
        let kept = jam.get_session::<User>(&session).await.unwrap().unwrap();
        assert_eq!(kept.user, user);
    }
    // Nothing stays locked.
    let answer = get_with(&app, "/session/user", &[("cookie", &cookie)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    let answer = call(&app, "POST", "/logout", &[("cookie", &cookie)]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn in_memory() {
    a_panic_leaves_a_whole_session(MemoryStore::new()).await;
}

#[tokio::test]
async fn in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    a_panic_leaves_a_whole_session(SqliteStore::open(path).unwrap()).await;
}

#[tokio::test]
async fn in_postgres() {
    let server = Postgres::start();
    a_panic_leaves_a_whole_session(PostgresStore::connect(&server.url()).unwrap()).await;
}

#[tokio::test]
async fn in_redis() {
    let server = RedisServer::start(&[]).await.unwrap();
    let store = RedisOptions::new().near_cache(10).open(server.url());
    a_panic_leaves_a_whole_session(store.unwrap()).await;
}
