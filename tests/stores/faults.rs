//! A server that is killed, or hangs, while the application runs.

use std::time::{Duration, Instant};

use axum::Router;
use http::StatusCode;
use jam::session::{PostgresStore, RedisOptions, SessionStore};
use jam::{Jam, Jwt, Sessions};
use jam_servers::postgres::Postgres;
use jam_servers::redis::RedisServer;

use crate::support::{SECRET, app, call, get_with, log, login};

/// Time that a store may take for one operation.
const TIMEOUT: Duration = Duration::from_secs(1);
/// Time within which the application must work again without a restart.
const RECOVERY: Duration = Duration::from_secs(5);

fn node(sessions: Sessions) -> (Jam, Router) {
    let jam = Jam::builder()
        .jwt(Jwt::hs256(SECRET))
        .sessions(sessions)
        .build()
        .unwrap();
    (jam.clone(), app(jam))
}

fn application(store: impl SessionStore) -> Router {
    node(Sessions::in_store(store).store_timeout(TIMEOUT)).1
}

/// Asserts how the application answers while its store is not available.
async fn is_unavailable(app: &Router, cookie: &str) {
    let headers = [("cookie", cookie)];
    for (method, path, headers) in [
        ("GET", "/session/user", &headers[..]),
        ("GET", "/home", &headers),
        ("POST", "/logout", &headers),
        ("POST", "/session/login", &[]),
    ] {
        let begun = Instant::now();
        let answer = call(app, method, path, headers).await;
        assert!(
            begun.elapsed() < TIMEOUT + Duration::from_millis(500),
            "{path}"
        );
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(answer.header("retry-after"), Some("1"), "{path}");
        assert!(
            answer.set_cookies().is_empty(),
            "{path}: a cookie is set or cleared"
        );
    }
    let begun = Instant::now();
    for (path, status) in [
        ("/public", StatusCode::OK),
        ("/home", StatusCode::OK),
        ("/session/user", StatusCode::UNAUTHORIZED),
    ] {
        assert_eq!(get_with(app, path, &[]).await.status, status, "{path}");
    }
    assert!(
        begun.elapsed() < Duration::from_millis(200),
        "public routes wait for the store"
    );
}

/// Waits until the session of the cookie works again. Until then every answer is 503, also if many requests come
/// at once.
async fn recovers(app: &Router, cookie: &str) {
    let begun = Instant::now();
    loop {
        let requests = (0..200).map(|_| {
            let (app, cookie) = (app.clone(), cookie.to_owned());
            tokio::spawn(async move {
                get_with(&app, "/session/user", &[("cookie", &cookie)])
                    .await
                    .status
            })
        });
        let mut all_work = true;
        for request in requests.collect::<Vec<_>>() {
            let status = request.await.unwrap();
            let is_unavailable = status == StatusCode::SERVICE_UNAVAILABLE;
            assert!(is_unavailable || status == StatusCode::OK, "{status}");
            all_work &= !is_unavailable;
        }
        if all_work {
            return;
        }
        assert!(begun.elapsed() < RECOVERY, "it does not recover");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_application_survives_the_end_of_redis() {
    let mut server = RedisServer::start(&[]).await.unwrap();
    for near in [0, 1_000] {
        let options = RedisOptions::new().near_cache(near);
        let app = application(options.open(server.url()).unwrap());
        let cookie = login(&app, "/session/login").await;
        let gone = login(&app, "/session/login").await;
        let answer = call(&app, "POST", "/logout", &[("cookie", &gone)]).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        for _ in 0..2 {
            server.process().kill().unwrap();
            // A near cache notices the lost connection, or answers for at most a second.
            tokio::time::sleep(Duration::from_millis(1_100)).await;
            is_unavailable(&app, &cookie).await;
            server.restart().await.unwrap();
            recovers(&app, &cookie).await;

            server.process().hang().unwrap();
            tokio::time::sleep(Duration::from_millis(1_100)).await;
            is_unavailable(&app, &cookie).await;
            server.process().go_on().unwrap();
            recovers(&app, &cookie).await;
        }
        let answer = get_with(&app, "/session/user", &[("cookie", &gone)]).await;
        assert_eq!(
            answer.status,
            StatusCode::UNAUTHORIZED,
            "a logout is undone"
        );
    }
}

#[tokio::test]
async fn an_application_survives_the_end_of_postgres() {
    let mut server = Postgres::with(&["fsync=on"]);
    let store = PostgresStore::connect(&server.url()).unwrap();
    store.migrate().await.unwrap();
    let app = application(store);
    let cookie = login(&app, "/session/login").await;
    let gone = login(&app, "/session/login").await;
    let answer = call(&app, "POST", "/logout", &[("cookie", &gone)]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    for _ in 0..2 {
        server.kill();
        is_unavailable(&app, &cookie).await;
        server.restart();
        recovers(&app, &cookie).await;

        server.hang();
        is_unavailable(&app, &cookie).await;
        server.go_on();
        recovers(&app, &cookie).await;
    }
    let answer = get_with(&app, "/session/user", &[("cookie", &gone)]).await;
    assert_eq!(
        answer.status,
        StatusCode::UNAUTHORIZED,
        "a logout is undone"
    );
}

/// F7: Redis would end sessions when its memory is full.
#[tokio::test]
async fn an_eviction_policy_that_ends_sessions_is_logged_at_the_start() {
    let server = RedisServer::start(&[]).await.unwrap();
    let (jam, _) = node(Sessions::in_store(
        RedisOptions::new().open(server.url()).unwrap(),
    ));
    let (lines, _guard) = log();
    jam.migrate().await.unwrap();
    assert!(
        !lines.text().contains("maxmemory-policy"),
        "{}",
        lines.text()
    );
    server
        .send("CONFIG SET maxmemory-policy allkeys-lru")
        .await
        .unwrap();
    jam.migrate().await.unwrap();
    let text = lines.text();
    assert!(
        text.contains("set maxmemory-policy to noeviction"),
        "{text}"
    );
}

/// A server that is down at the start is an error there, and never a store in memory.
#[tokio::test]
async fn a_store_that_is_down_fails_the_start() {
    let port = jam_servers::free_port().unwrap();
    for address in [
        format!("redis://127.0.0.1:{port}/"),
        format!("postgres://a@127.0.0.1:{port}/a"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jam.toml");
        std::fs::write(&path, format!("[session]\nstore = \"{address}\"\n")).unwrap();
        let jam = Jam::from_config(&path).unwrap();
        for outcome in [jam.migrate().await, jam.health().await] {
            let error = outcome.unwrap_err();
            assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE, "{error}");
            assert!(!error.to_string().contains("127.0.0.1"), "{error}");
        }
    }
}
