//! Changes between processes.

mod common;

use common::{create, id, new_database, next, record, store, told, usage, value};
use jam_core::session::{AtLimit, Change, OwnerLimit, SessionStore, ValueKey, WriteOutcome};
use jam_postgres::{PostgresOptions, PostgresStore};

#[tokio::test]
async fn changes_of_one_process_are_told_to_another() {
    let url = new_database();
    let [one, other] = [store(&url).await, store(&url).await];
    let mut changes = other.changes().expect("it tells of changes");
    // Changes before this one may be missed, which it says.
    assert_eq!(next(&mut changes).await, Some(Change::Missed));
    let limit = OwnerLimit {
        most: 2,
        at_limit: AtLimit::EndLeastRecentlyUsed,
    };
    for number in 1..=3 {
        let created = one.create(id(number), record("alice", number), limit).await;
        assert_eq!(created.expect("it answers"), WriteOutcome::Done);
    }
    assert_eq!(next(&mut changes).await, Some(Change::Record(id(1))));
    one.load(&id(2), Some(usage(200)))
        .await
        .expect("it answers");
    let updated = one.update(&id(2), record("alice", 2)).await;
    assert_eq!(updated.expect("it answers"), WriteOutcome::Done);
    assert_eq!(next(&mut changes).await, Some(Change::Record(id(2))));
    let rotated = one.rotate(&id(3), id(4), record("alice", 3)).await;
    assert_eq!(rotated.expect("it answers"), WriteOutcome::Done);
    assert_eq!(next(&mut changes).await, Some(Change::Record(id(3))));
    assert!(one.delete(&id(2)).await.expect("it answers"));
    assert_eq!(next(&mut changes).await, Some(Change::Record(id(2))));
    one.delete_by_owner("alice", None)
        .await
        .expect("it answers");
    assert_eq!(next(&mut changes).await, Some(Change::Record(id(4))));
    let key = ValueKey::new("test", &[]);
    for (present, new) in [(None, value("1")), (Some(value("1")), value("2"))] {
        let set = one.swap_value(key, present, new, 100).await;
        assert_eq!(set.expect("it answers"), WriteOutcome::Done);
        assert_eq!(next(&mut changes).await, Some(Change::Value(key)));
    }
    // The store is the only sender.
    drop(other);
    assert_eq!(next(&mut changes).await, None);
}

#[tokio::test]
async fn a_store_without_changes_tells_no_one() {
    let url = new_database();
    let silent = PostgresOptions::new().without_changes().connect(&url);
    let silent = silent.expect("the address is good");
    let other = store(&url).await;
    assert!(silent.changes().is_none());
    let mut changes = other.changes().expect("it tells of changes");
    assert_eq!(next(&mut changes).await, Some(Change::Missed));
    for number in [1, 2] {
        create(&silent, "alice", number).await;
    }
    assert!(silent.delete(&id(1)).await.expect("it answers"));
    assert!(other.delete(&id(2)).await.expect("it answers"));
    assert_eq!(next(&mut changes).await, Some(Change::Record(id(2))));
}

#[tokio::test]
async fn a_pool_of_the_application_is_used() {
    let url = new_database();
    let mut config = deadpool_postgres::Config::new();
    config.url = Some(url.clone());
    let pool = config.create_pool(None, tokio_postgres::NoTls);
    let pool = pool.expect("the address is good");
    let silent = PostgresStore::new(pool.clone()).expect("the prefix is good");
    silent.migrate().await.expect("the tables are created");
    assert!(
        silent.changes().is_none(),
        "a pool does not tell its address"
    );
    let store = PostgresOptions::new().listen_on(url).pool(pool);
    let store = store.expect("the address is good");
    let mut changes = store.changes().expect("it tells of changes");
    create(&silent, "alice", 1).await;
    assert_eq!(next(&mut changes).await, Some(Change::Missed));
    assert!(silent.delete(&id(1)).await.expect("it answers"));
    told(&mut changes, Change::Record(id(1))).await;
}

#[tokio::test]
async fn changes_of_this_process_are_told_while_others_cannot_be_heard() {
    let port = jam_servers::free_port().expect("a port");
    let nowhere = format!("postgres://127.0.0.1:{port}/app");
    let store = PostgresOptions::new()
        .listen_on(nowhere)
        .connect(&new_database());
    let store = store.expect("the address is good");
    store.migrate().await.expect("the tables are created");
    let mut changes = store.changes().expect("it tells of changes");
    for number in 1..=4 {
        create(&store, "alice", number).await;
    }
    let updated = store.update(&id(1), record("alice", 1)).await;
    assert_eq!(updated.expect("it answers"), WriteOutcome::Done);
    assert_eq!(next(&mut changes).await, Some(Change::Record(id(1))));
    assert!(store.delete(&id(1)).await.expect("it answers"));
    assert_eq!(next(&mut changes).await, Some(Change::Record(id(1))));
    let rotated = store.rotate(&id(2), id(5), record("alice", 2)).await;
    assert_eq!(rotated.expect("it answers"), WriteOutcome::Done);
    assert_eq!(next(&mut changes).await, Some(Change::Record(id(2))));
    let limit = OwnerLimit {
        most: 3,
        at_limit: AtLimit::EndLeastRecentlyUsed,
    };
    let created = store.create(id(6), record("alice", 6), limit).await;
    assert_eq!(created.expect("it answers"), WriteOutcome::Done);
    assert!(matches!(next(&mut changes).await, Some(Change::Record(_))));
    let ended = store.delete_by_owner("alice", Some(id(6))).await;
    assert_eq!(ended.expect("it answers"), 2);
    for _ in 0..2 {
        assert!(matches!(next(&mut changes).await, Some(Change::Record(_))));
    }
    let key = ValueKey::new("test", &[]);
    let set = store.swap_value(key, None, value("1"), 100).await;
    assert_eq!(set.expect("it answers"), WriteOutcome::Done);
    assert_eq!(next(&mut changes).await, Some(Change::Value(key)));
}
