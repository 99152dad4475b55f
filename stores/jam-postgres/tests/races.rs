//! Operations at the same time.

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{SERVER, create, id, new_database, record, store, usage};
use jam_core::session::{AtLimit, OwnerLimit, Page, SessionStore, Usage, WriteOutcome};
use tokio::time::timeout;

/// Waits until a transaction of a database waits for a lock.
async fn until_one_waits(database: &str) {
    let waiting = format!(
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = '{database}' AND wait_event_type = 'Lock'"
    );
    let begun = Instant::now();
    while SERVER.sql("postgres", &waiting) != "t" {
        assert!(begun.elapsed() < Duration::from_secs(5), "no one waits");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_rotation_neither_undoes_a_logout_nor_loses_an_update_that_came_first() {
    for (change, outcome) in [
        ("DELETE FROM jam_sessions", WriteOutcome::Missing),
        (
            "UPDATE jam_sessions SET version = 1, data = 'new'",
            WriteOutcome::Conflict,
        ),
        (
            "UPDATE jam_sessions SET last_seen = 500",
            WriteOutcome::Done,
        ),
    ] {
        let database = SERVER.new_database();
        let store = store(&SERVER.url_of(&database)).await;
        create(&store, "alice", 1).await;
        let client = store.pool().get().await.expect("a connection");
        let first = format!("BEGIN; {change}");
        client.batch_execute(&first).await.expect("it is changed");
        let rotation = {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.rotate(&id(1), id(2), record("alice", 1)).await })
        };
        until_one_waits(&database).await;
        client.batch_execute("COMMIT").await.expect("it is changed");
        let rotated = rotation.await.expect("no panic");
        assert_eq!(rotated.expect("it answers"), outcome, "{change}");
        let new = store.load(&id(2), None).await.expect("it answers");
        assert_eq!(new.is_some(), outcome == WriteOutcome::Done, "{change}");
        if let Some(new) = new {
            assert_eq!(new.last_seen, 500);
        }
    }
}

#[tokio::test]
async fn an_update_that_waits_for_a_logout_finds_no_session() {
    let database = SERVER.new_database();
    let store = store(&SERVER.url_of(&database)).await;
    create(&store, "alice", 1).await;
    let client = store.pool().get().await.expect("a connection");
    let delete = "BEGIN; DELETE FROM jam_sessions";
    client.batch_execute(delete).await.expect("it is deleted");
    let update = {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.update(&id(1), record("alice", 2)).await })
    };
    until_one_waits(&database).await;
    client.batch_execute("COMMIT").await.expect("it is deleted");
    let updated = update.await.expect("no panic");
    assert_eq!(updated.expect("it answers"), WriteOutcome::Missing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn logins_at_the_limit_and_uses_of_the_sessions_that_end_do_not_disturb_each_other() {
    let store = store(&new_database()).await;
    let limit = OwnerLimit {
        most: 4,
        at_limit: AtLimit::EndLeastRecentlyUsed,
    };
    let logins = {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            for number in 0..300 {
                let created = store
                    .create(id(number), record("alice", number), limit)
                    .await;
                assert_eq!(created.expect("it answers"), WriteOutcome::Done);
            }
        })
    };
    let mut now = 100;
    while !logins.is_finished() {
        now += 1;
        let listed = store.list_by_owner("alice", Page::FIRST).await;
        let uses: Vec<_> = listed
            .expect("it answers")
            .into_iter()
            .map(|(id, _)| {
                let store = Arc::clone(&store);
                tokio::spawn(async move { store.load(&id, Some(usage(now))).await })
            })
            .collect();
        for noted in uses {
            noted.await.expect("no panic").expect("it answers");
        }
    }
    logins.await.expect("each login is done");
    let listed = store.list_by_owner("alice", Page::FIRST).await;
    assert_eq!(listed.expect("it answers").len(), 4);
}

#[tokio::test]
async fn a_use_that_is_not_due_writes_and_locks_nothing() {
    let database = SERVER.new_database();
    let store = store(&SERVER.url_of(&database)).await;
    create(&store, "alice", 1).await;
    let client = store.pool().get().await.expect("a connection");
    client
        .batch_execute("BEGIN; SELECT FROM jam_sessions FOR UPDATE")
        .await
        .expect("a lock");
    let early = Usage {
        interval: 60,
        ..usage(110)
    };
    let loaded = timeout(Duration::from_secs(5), store.load(&id(1), Some(early))).await;
    assert!(
        loaded
            .expect("it does not wait")
            .expect("it answers")
            .is_some()
    );
    let row = "SELECT xmin FROM jam_sessions";
    let before = SERVER.sql(&database, row);
    client
        .batch_execute("ROLLBACK")
        .await
        .expect("the lock is released");
    store.load(&id(1), Some(early)).await.expect("it answers");
    assert_eq!(SERVER.sql(&database, row), before);
    store
        .load(&id(1), Some(usage(110)))
        .await
        .expect("it answers");
    assert_ne!(SERVER.sql(&database, row), before);
}
