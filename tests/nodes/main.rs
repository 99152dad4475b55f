//! Two processes of an application with one store: SQLite, PostgreSQL, Redis, with and without the near cache,
//! and a Redis Cluster.
//!
//! The tests start the servers on free ports: `apt-get install redis-server postgresql`. The program starts itself
//! for each process.

#![allow(clippy::unwrap_used, missing_docs)] // a test reports an error with a panic

mod process;
#[allow(dead_code)] // other tests use the rest
#[path = "../support.rs"]
mod support;

use std::future::Future;
use std::time::{Duration, Instant};

use axum::Router;
use http::StatusCode;
use jam_servers::postgres::Postgres;
use jam_servers::redis::{RedisCluster, RedisServer};
use libtest_mimic::{Arguments, Trial};

use crate::process::{Node, Store};
use crate::support::{User, call, get_with, login};

fn main() -> std::process::ExitCode {
    let words: Vec<String> = std::env::args().collect();
    if let [_, serve, store, addresses @ ..] = words.as_slice()
        && serve == "serve"
    {
        block_on(process::serve(store, addresses));
        return std::process::ExitCode::SUCCESS;
    }
    let tests: [(&str, fn()); 5] = [
        ("two_processes_share_a_sqlite_file", || block_on(sqlite())),
        ("two_processes_share_a_postgres_database", || {
            block_on(postgres());
        }),
        ("two_processes_share_a_redis_server", || block_on(redis())),
        (
            "two_processes_share_a_redis_cluster",
            || block_on(cluster()),
        ),
        (
            "a_logout_in_one_process_reaches_the_near_cache_of_the_other",
            || block_on(near()),
        ),
    ];
    let trials = tests.map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit_code()
}

fn block_on(test: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().unwrap().block_on(test);
}

async fn status(app: &Router, cookie: &str) -> StatusCode {
    let headers = [("cookie", cookie)];
    get_with(app, "/session/user", &headers).await.status
}

async fn logs_out(app: &Router, cookie: &str) {
    let answer = call(app, "POST", "/logout", &[("cookie", cookie)]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
}

/// Signs in on one node and out on the other, and back, in all ways.
async fn log_in_and_out(store: Store) {
    let jam = store.jam();
    jam.migrate().await.unwrap();
    jam.health().await.unwrap();
    let (one, other) = (Node::start(&store), Node::start(&store));
    let (one, other) = (one.router(), other.router());
    for (here, there) in [(&one, &other), (&other, &one)] {
        let cookie = login(here, "/session/login").await;
        assert_eq!(status(here, &cookie).await, StatusCode::OK);
        assert_eq!(status(there, &cookie).await, StatusCode::OK);
        logs_out(there, &cookie).await;
        assert_eq!(status(here, &cookie).await, StatusCode::UNAUTHORIZED);
        assert_eq!(status(there, &cookie).await, StatusCode::UNAUTHORIZED);
    }
    let session = jam.create_session("ann", &User { user: 1 }).await.unwrap();
    let cookie = format!("sid={}", session.as_str());
    let rotated = jam.rotate_session(&session).await.unwrap();
    assert_eq!(status(&other, &cookie).await, StatusCode::UNAUTHORIZED);
    let cookie = format!("sid={}", rotated.as_str());
    assert_eq!(status(&other, &cookie).await, StatusCode::OK);
    assert_eq!(jam.sessions::<User>("ann").await.unwrap().len(), 1);
    assert_eq!(jam.clear_sessions("ann").await.unwrap(), 1);
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
            logs_out(&there, &cookie).await;
            assert_eq!(status(&here, &cookie).await, StatusCode::UNAUTHORIZED);
        })
    });
    for visit in visits.collect::<Vec<_>>() {
        visit.await.unwrap();
    }
}

async fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    log_in_and_out(Store::new("sqlite", [path.to_str().unwrap()])).await;
}

async fn postgres() {
    let server = Postgres::start();
    log_in_and_out(Store::new("postgres", [server.url()])).await;
}

async fn redis() {
    let server = RedisServer::start(&[]).await.unwrap();
    log_in_and_out(Store::new("redis", [server.url()])).await;
}

async fn cluster() {
    let cluster = RedisCluster::start().await.unwrap();
    log_in_and_out(Store::new("cluster", cluster.urls())).await;
}

/// The guide says how long a near cache may use a session that ended: 1 s, when no message arrives.
async fn near() {
    let server = RedisServer::start(&[]).await.unwrap();
    let store = Store::new("near", [server.url()]);
    let (one, other) = (Node::start(&store), Node::start(&store));
    let (one, other) = (one.router(), other.router());
    for (here, there) in [(&one, &other), (&other, &one)].repeat(20) {
        let cookie = login(here, "/session/login").await;
        assert_eq!(status(here, &cookie).await, StatusCode::OK);
        assert_eq!(status(there, &cookie).await, StatusCode::OK);
        logs_out(there, &cookie).await;
        // The process that ends a session does not use it again.
        assert_eq!(status(there, &cookie).await, StatusCode::UNAUTHORIZED);
        let ended = Instant::now();
        while status(here, &cookie).await != StatusCode::UNAUTHORIZED {
            assert!(
                ended.elapsed() < Duration::from_secs(1),
                "it is used for 1 s"
            );
        }
    }
}
