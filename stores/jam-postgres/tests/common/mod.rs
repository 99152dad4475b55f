//! Stores and sessions of the tests.

#![allow(dead_code, unreachable_pub)] // each file of tests uses a part

use std::future::Future;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use jam_core::base::error::StoreError;
use jam_core::session::{
    Change, Changes, OwnerLimit, Record, SessionData, SessionId, SessionStore, Usage, Value,
    WriteOutcome,
};
use jam_postgres::PostgresStore;
use jam_servers::postgres::Postgres;

/// The server of all tests that do it no harm.
pub static SERVER: LazyLock<Postgres> = LazyLock::new(Postgres::start);

/// The limit of an owner in tests that do not test it.
pub const LIMIT: OwnerLimit = OwnerLimit::DEFAULT;

/// Returns the address of a new database.
pub fn new_database() -> String {
    SERVER.url_of(&SERVER.new_database())
}

/// Returns a store with tables in the database of this address.
pub async fn store(url: &str) -> Arc<PostgresStore> {
    let store = PostgresStore::connect(url).expect("the address is good");
    store.migrate().await.expect("the tables are created");
    Arc::new(store)
}

pub fn id(number: u32) -> SessionId {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    SessionId::from_bytes(bytes)
}

/// Returns a record of an owner whose data is a number.
pub fn record(owner: &str, number: u32) -> Record {
    let data = SessionData::from_json(number.to_string());
    Record::new(owner.to_owned(), data, 100, 10_000)
}

/// Creates the session `number` of an owner.
pub async fn create(store: &PostgresStore, owner: &str, number: u32) {
    let created = store.create(id(number), record(owner, number), LIMIT).await;
    assert_eq!(created.expect("it is created"), WriteOutcome::Done);
}

/// Returns a value that ends at 1,000.
pub fn value(text: &str) -> Value {
    Value::new(text, 1_000).expect("it is short")
}

/// Returns a use that is always noted.
pub fn usage(now: u64) -> Usage {
    Usage {
        now,
        interval: 0,
        idle_timeout: u64::MAX,
    }
}

/// Waits until an operation of the store succeeds, and returns the time that it took.
pub async fn until_ok<T, F>(most: Duration, mut operation: impl FnMut() -> F) -> Duration
where
    F: Future<Output = Result<T, StoreError>>,
{
    let begun = Instant::now();
    loop {
        match operation().await {
            Ok(_) => return begun.elapsed(),
            Err(error) => assert!(begun.elapsed() < most, "not in time: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Returns the next change.
pub async fn next(changes: &mut Changes) -> Option<Change> {
    let next = tokio::time::timeout(Duration::from_secs(10), changes.next()).await;
    next.expect("the store tells of a change")
}

/// Waits for a change, and skips others.
pub async fn told(changes: &mut Changes, expected: Change) {
    let told = async {
        while let Some(change) = changes.next().await {
            if change == expected {
                return;
            }
        }
        panic!("the store is gone");
    };
    let told = tokio::time::timeout(Duration::from_secs(10), told).await;
    assert!(told.is_ok(), "the store does not tell of {expected:?}");
}

/// Asserts that the text of an error contains a part, and neither an owner nor data.
pub fn assert_names<T: std::fmt::Debug>(result: Result<T, StoreError>, part: &str) {
    let error = result.expect_err("it fails").to_string();
    assert!(error.contains(part), "{error}");
    assert!(!error.contains("alice"), "{error}");
}
