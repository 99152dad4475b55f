//! Two nodes with one store.

use std::time::Duration;

use axum::Router;
use http::StatusCode;
use jam::session::{PostgresStore, RedisOptions, SqliteStore};
use jam::{Jam, Sessions};
use jam_servers::postgres::Postgres;
use jam_servers::redis::{RedisCluster, RedisServer};

use crate::support::{User, app, call, get_with, login};

/// Makes a node of the application. Nodes share the store's server and nothing else.
pub(crate) fn node(sessions: Sessions) -> (Jam, Router) {
    let jam = Jam::builder()
        .jwt(jam::Jwt::hs256(crate::support::SECRET))
        .sessions(sessions)
        .build()
        .unwrap();
    (jam.clone(), app(jam))
}

async fn status(app: &Router, cookie: &str) -> StatusCode {
    let headers = [("cookie", cookie)];
    get_with(app, "/session/user", &headers).await.status
}

/// Signs in on one node and out on the other, and back, in all ways.
async fn log_in_and_out([one, other]: [Sessions; 2]) {
    let ((one_jam, one), (_, other)) = (node(one), node(other));
    one_jam.migrate().await.unwrap();
    one_jam.health().await.unwrap();
    for (here, there) in [(&one, &other), (&other, &one)] {
        let cookie = login(here, "/session/login").await;
        assert_eq!(status(here, &cookie).await, StatusCode::OK);
        assert_eq!(status(there, &cookie).await, StatusCode::OK);
        let answer = call(there, "POST", "/logout", &[("cookie", &cookie)]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert_eq!(status(here, &cookie).await, StatusCode::UNAUTHORIZED);
        assert_eq!(status(there, &cookie).await, StatusCode::UNAUTHORIZED);
    }
    let session = one_jam
        .create_session("ann", &User { user: 1 })
        .await
        .unwrap();
    let cookie = format!("sid={}", session.as_str());
    let rotated = one_jam.rotate_session(&session).await.unwrap();
    assert_eq!(status(&other, &cookie).await, StatusCode::UNAUTHORIZED);
    let cookie = format!("sid={}", rotated.as_str());
    assert_eq!(status(&other, &cookie).await, StatusCode::OK);
    assert_eq!(one_jam.sessions::<User>("ann").await.unwrap().len(), 1);
    assert_eq!(one_jam.clear_sessions("ann").await.unwrap(), 1);
    assert_eq!(status(&other, &cookie).await, StatusCode::UNAUTHORIZED);
    // Forty logins and logouts at the same time disturb each other as little.
    let visits = (0..40).map(|number| {
        let (one, other) = (one.clone(), other.clone());
        tokio::spawn(async move {
            let (here, there) = if number % 2 == 0 {
                (one, other)
            } else {
                (other, one)
            };
            let cookie = login(&here, "/session/login").await;
            assert_eq!(status(&there, &cookie).await, StatusCode::OK);
            let answer = call(&there, "POST", "/logout", &[("cookie", &cookie)]).await;
            assert_eq!(answer.status, StatusCode::NO_CONTENT);
            assert_eq!(status(&here, &cookie).await, StatusCode::UNAUTHORIZED);
        })
    });
    for visit in visits.collect::<Vec<_>>() {
        visit.await.unwrap();
    }
}

fn sessions(store: impl jam::session::SessionStore) -> Sessions {
    Sessions::in_store(store).store_timeout(Duration::from_secs(5))
}

#[tokio::test]
async fn two_nodes_share_a_sqlite_file() {
    let folder = tempfile::tempdir().unwrap();
    let open = || sessions(SqliteStore::open(folder.path().join("app.db")).unwrap());
    log_in_and_out([open(), open()]).await;
}

#[tokio::test]
async fn two_nodes_share_a_postgres_database() {
    let server = Postgres::start();
    let open = || sessions(PostgresStore::connect(&server.url()).unwrap());
    log_in_and_out([open(), open()]).await;
}

#[tokio::test]
async fn two_nodes_share_a_redis_server() {
    let server = RedisServer::start(&[]).await.unwrap();
    let open = || sessions(RedisOptions::new().open(server.url()).unwrap());
    log_in_and_out([open(), open()]).await;
}

#[tokio::test]
async fn two_nodes_share_a_redis_cluster() {
    let cluster = RedisCluster::start().await.unwrap();
    let open = || sessions(RedisOptions::new().cluster(cluster.urls()).unwrap());
    log_in_and_out([open(), open()]).await;
}
