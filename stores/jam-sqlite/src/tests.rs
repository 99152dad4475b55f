//! Faults of a disk, which only a setting of the connection can cause in a test.

use std::time::Duration;

use jam_core::session::{OwnerLimit, Record, SessionData, SessionId, SessionStore, WriteOutcome};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::open::migrate;
use crate::statements::Names;
use crate::store::SqliteStore;

/// Opens a store whose writer has these settings. A second connection can change them.
fn store(settings: &str) -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.db");
    let names = Names::new("jam_").expect("the names are valid");
    let mut writer = Connection::open(&path).expect("the file opens");
    writer
        .query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
        .expect("there is a log");
    migrate(&mut writer, &names).expect("the tables are created");
    writer
        .execute_batch(settings)
        .expect("the settings are valid");
    let reader = Connection::open(&path).expect("the file opens");
    let store = SqliteStore::start(names, writer, vec![reader]).expect("the threads start");
    (store, folder)
}

fn id(number: u8) -> SessionId {
    SessionId::from_bytes([number; 32])
}

fn record(bytes: usize) -> Record {
    Record::new(
        "a".to_owned(),
        SessionData::from_json(vec![b' '; bytes]),
        100,
        10_000,
    )
}

#[tokio::test]
async fn a_full_disk_is_an_error_that_loses_nothing_and_ends_when_there_is_room() {
    let (store, _folder) = store("PRAGMA max_page_count = 40;");
    let limit = OwnerLimit::DEFAULT;
    store
        .create(id(1), record(10), limit)
        .await
        .expect("there is room");
    let mut acknowledged = vec![1];
    let mut error = None;
    for number in 2..100 {
        match store.create(id(number), record(5_000), limit).await {
            Ok(outcome) => {
                assert_eq!(outcome, WriteOutcome::Done);
                acknowledged.push(number);
            }
            Err(full) => error = Some(full.to_string()),
        }
    }
    let error = error.expect("the disk is full");
    assert!(
        error.contains("the disk of the SQLite file is full"),
        "{error}"
    );
    for number in acknowledged {
        let read = store.load(&id(number), None).await.expect("reads go on");
        assert!(read.is_some(), "{number}");
    }
    // A logout makes room.
    assert!(
        store
            .delete(&id(1))
            .await
            .expect("a deletion needs no room")
    );
    assert!(
        store
            .delete(&id(2))
            .await
            .expect("a deletion needs no room")
    );
    let created = store.create(id(200), record(10), limit).await;
    assert_eq!(created.expect("there is room again"), WriteOutcome::Done);
}

#[tokio::test]
async fn writes_of_one_transaction_fail_alone() {
    let (store, _folder) = store("PRAGMA max_page_count = 40;");
    let limit = OwnerLimit::DEFAULT;
    let store = std::sync::Arc::new(store);
    // They arrive at once, and the large ones do not fit.
    let writes: Vec<_> = (0..50)
        .map(|number| {
            let store = std::sync::Arc::clone(&store);
            let size = if number % 2 == 0 { 10 } else { 500_000 };
            tokio::spawn(async move { store.create(id(number), record(size), limit).await })
        })
        .collect();
    for (number, write) in (0..).zip(writes) {
        let outcome = write.await.expect("the task ends");
        let read = store.load(&id(number), None).await.expect("reads go on");
        assert_eq!(outcome.is_ok(), read.is_some(), "{number}: {outcome:?}");
        assert!(number % 2 == 1 || outcome.is_ok(), "{number}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_read_only_file_is_an_error() {
    let (store, _folder) = store("PRAGMA query_only = 1;");
    let error = store.create(id(1), record(10), OwnerLimit::DEFAULT).await;
    let error = error.expect_err("nothing can be written").to_string();
    assert!(error.contains("the SQLite file is read-only"), "{error}");
    assert_eq!(store.load(&id(1), None).await.expect("reads go on"), None);
}

/// On a runtime with one thread, a store that waits for a lock lets other tasks run.
#[tokio::test]
async fn a_store_that_waits_does_not_block_the_runtime() {
    let (store, folder) = store("PRAGMA busy_timeout = 300;");
    let other = Connection::open(folder.path().join("app.db")).expect("the file opens");
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("nobody writes");
    let write = store.create(id(1), record(10), OwnerLimit::DEFAULT);
    let ticks = async {
        let mut ticks = 0;
        loop {
            tokio::time::sleep(Duration::from_millis(10)).await;
            ticks += 1;
            if ticks == 10 {
                return;
            }
        }
    };
    tokio::select! {
        biased;
        outcome = write => panic!("the file was busy: {outcome:?}"),
        () = ticks => {}
    }
}
