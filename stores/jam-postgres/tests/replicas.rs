//! A server with a replica.

mod common;

use std::time::Duration;

use common::{assert_names, create, id, store, until_ok, usage};
use jam_core::session::SessionStore;
use jam_postgres::PostgresStore;
use jam_servers::postgres::Postgres;

/// Returns the address of two servers.
fn both(first: &Postgres, second: &Postgres) -> String {
    let (first, second) = (first.port(), second.port());
    format!("postgres://postgres@127.0.0.1:{first},127.0.0.1:{second}/postgres?sslmode=disable")
}

#[tokio::test]
async fn a_replica_that_is_behind_does_not_answer_for_a_session_that_has_ended() {
    let primary = Postgres::start();
    let first = store(&primary.url()).await;
    create(&first, "alice", 1).await;
    let replica = primary.replica();
    replica.sql("postgres", "SELECT pg_wal_replay_pause()");
    assert!(first.delete(&id(1)).await.expect("it answers"));
    let left = "SELECT count(*) FROM jam_sessions";
    assert_eq!(primary.sql("postgres", left), "0");
    assert_eq!(replica.sql("postgres", left), "1");
    // Named first, it is passed over.
    let store = PostgresStore::connect(&both(&replica, &primary)).expect("the address is good");
    for usage in [None, Some(usage(200))] {
        let loaded = store.load(&id(1), usage).await;
        assert_eq!(loaded.expect("it answers"), None);
    }
    // Alone it is an error.
    let store = PostgresStore::connect(&replica.url()).expect("the address is good");
    assert_names(store.migrate().await, "as a replica is");
    for usage in [None, Some(usage(200))] {
        assert_names(store.load(&id(1), usage).await, "as a replica is");
    }
}

/// A replica that acknowledges each write has all that was acknowledged.
#[tokio::test]
async fn a_failover_to_a_replica_loses_no_login_and_no_logout() {
    let mut primary = Postgres::with(&[]);
    store(&primary.url()).await;
    let replica = primary.replica();
    primary.sql(
        "postgres",
        "ALTER SYSTEM SET synchronous_standby_names = '*'",
    );
    primary.sql("postgres", "SELECT pg_reload_conf()");
    let store = PostgresStore::connect(&both(&primary, &replica)).expect("the address is good");
    for number in 0..20 {
        create(&store, &format!("alice {number}"), number).await;
        if number % 2 == 0 {
            assert!(store.delete(&id(number)).await.expect("it answers"));
        }
    }
    primary.kill();
    let lost = store.load(&id(1), None).await;
    lost.expect_err("a session is neither found nor missing");
    replica.promote();
    let took = until_ok(Duration::from_secs(5), || store.health()).await;
    println!("used again after {took:?}");
    for number in 0..20 {
        let loaded = store.load(&id(number), Some(usage(200))).await;
        assert_eq!(loaded.expect("it answers").is_some(), number % 2 == 1);
    }
    create(&store, "bob", 100).await;
}
