//! Files that cannot be used, and rows that cannot be read.

#![allow(clippy::unwrap_used)] // a test reports an error with a panic

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jam_core::base::error::StoreError;
use jam_core::session::{
    OwnerLimit, Page, Record, SessionData, SessionId, SessionStore, Usage, WriteOutcome,
};
use jam_sqlite::{SqliteOptions, SqliteStore};
use rusqlite::Connection;
use tempfile::TempDir;

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("app.db");
    (folder, path)
}

fn id(number: u8) -> SessionId {
    SessionId::from_bytes([number; 32])
}

fn record(owner: &str) -> Record {
    Record::new(owner.to_owned(), SessionData::from_json("{}"), 100, 10_000)
}

async fn create(store: &SqliteStore, number: u8) -> Result<WriteOutcome, StoreError> {
    let limit = OwnerLimit::DEFAULT;
    store.create(id(number), record("a"), limit).await
}

fn error_of(path: &Path) -> String {
    SqliteStore::open(path).unwrap_err().to_string()
}

#[tokio::test]
async fn sessions_survive_a_restart() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path).unwrap();
    create(&store, 1).await.unwrap();
    drop(store);
    let store = SqliteStore::open(&path).unwrap();
    let read = store.load(&id(1), None).await.unwrap();
    assert_eq!(read, Some(Arc::new(record("a"))));
}

#[cfg(unix)]
#[tokio::test]
async fn other_users_cannot_read_the_file() {
    use std::os::unix::fs::PermissionsExt;

    let (folder, path) = folder();
    let store = SqliteStore::open(&path).unwrap();
    create(&store, 1).await.unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
    }
}

#[tokio::test]
async fn two_applications_in_one_file_do_not_see_each_other() {
    let (_folder, path) = folder();
    let shop = SqliteOptions::new().prefix("shop_").open(&path).unwrap();
    let blog = SqliteOptions::new().prefix("blog_").open(&path).unwrap();
    create(&shop, 1).await.unwrap();
    assert_eq!(blog.load(&id(1), None).await.unwrap(), None);
    assert_eq!(blog.delete_by_owner("a", None).await.unwrap(), 0);
    assert_eq!(create(&blog, 1).await.unwrap(), WriteOutcome::Done);
    assert!(blog.delete(&id(1)).await.unwrap());
    assert!(shop.load(&id(1), None).await.unwrap().is_some());
    for prefix in ["", "a;", "A_", "a-", "a b", "1_", "\"", "ä_"] {
        let error = SqliteOptions::new().prefix(prefix).open(&path).unwrap_err();
        assert!(error.to_string().contains("prefix"), "{prefix:?}: {error}");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_an_error_that_names_it_and_the_cause() {
    let (folder, path) = folder();
    let missing = folder.path().join("missing/app.db");
    assert!(error_of(&missing).contains("missing/app.db: the folder does not exist"));
    fs::write(
        &path,
        "this is text and no database, and it is longer than a header".repeat(9),
    )
    .unwrap();
    assert!(error_of(&path).contains("app.db: the file is not a SQLite database"));
    let other = folder.path().join("folder.db");
    fs::create_dir(&other).unwrap();
    assert!(error_of(&other).contains("folder.db: the SQLite file cannot be opened"));
}

#[test]
fn tables_of_a_later_version_are_left_alone() {
    let (_folder, path) = folder();
    drop(SqliteStore::open(&path).unwrap());
    let connection = Connection::open(&path).unwrap();
    connection
        .execute("UPDATE jam_schema SET version = 2", [])
        .unwrap();
    assert!(error_of(&path).contains("later version"));
}

#[test]
fn many_processes_can_open_a_new_file_at_once() {
    let (_folder, path) = folder();
    let opened = [(); 8].map(|()| {
        let path = path.clone();
        std::thread::spawn(move || SqliteStore::open(path).map(drop))
    });
    for opened in opened {
        opened.join().unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_corrupt_file_is_an_error_and_no_empty_store() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path).unwrap();
    for number in 0..200 {
        create(&store, number).await.unwrap();
    }
    drop(store);
    // The log is moved into the file first.
    let connection = Connection::open(&path).unwrap();
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    drop(connection);
    let mut bytes = fs::read(&path).unwrap();
    let middle = 4096;
    bytes[middle..].fill(0xa5);
    fs::write(&path, bytes).unwrap();
    match SqliteStore::open(&path) {
        Err(error) => assert!(error.to_string().contains("corrupt"), "{error}"),
        Ok(store) => {
            let error = store.load(&id(1), None).await.unwrap_err();
            assert!(error.to_string().contains("corrupt"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_file_that_another_process_writes_for_long_is_busy_and_then_works_again() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path).unwrap();
    create(&store, 1).await.unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = create(&store, 2).await.unwrap_err();
    assert!(error.to_string().contains("busy"), "{error}");
    // Reads go on.
    assert!(store.load(&id(1), None).await.unwrap().is_some());
    let error = store.delete(&id(1)).await.unwrap_err();
    assert!(error.to_string().contains("busy"), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(create(&store, 2).await.unwrap(), WriteOutcome::Done);
    assert!(store.delete(&id(1)).await.unwrap());
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_no_session_and_disturbs_no_other_one() {
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path).unwrap();
    for number in 1..=7 {
        create(&store, number).await.unwrap();
    }
    let connection = Connection::open(&path).unwrap();
    for (number, change) in [
        (1, "lineage = x'0102'"),
        (2, "auth_time = -1"),
        (3, "version = -9223372036854775808"),
        (4, "owner = CAST(x'ff' AS TEXT)"),
        (5, "idle = -5"),
        (6, "data = x'ff00ff'"),
    ] {
        let sql = format!("UPDATE jam_sessions SET {change} WHERE id = ?1");
        assert_eq!(
            connection.execute(&sql, [id(number).as_bytes()]).unwrap(),
            1
        );
    }
    let sql = "UPDATE jam_sessions SET id = x'07' WHERE id = ?1";
    assert_eq!(connection.execute(sql, [id(7).as_bytes()]).unwrap(), 1);
    create(&store, 8).await.unwrap();
    let usage = Usage {
        now: 200,
        interval: 1,
        idle_timeout: 1_000,
    };
    for number in [1, 2, 3, 4, 5, 7] {
        let read = store.load(&id(number), Some(usage)).await.unwrap();
        assert_eq!(read, None, "{number}");
    }
    // The payload is the application's: it is decoded later, and an unreadable one is no session either.
    assert!(store.load(&id(6), None).await.unwrap().is_some());
    assert!(store.load(&id(8), None).await.unwrap().is_some());
    let listed = store.list_by_owner("a", Page::FIRST).await.unwrap();
    let listed: Vec<_> = listed.into_iter().map(|(id, _)| id).collect();
    assert_eq!(listed, [id(6), id(8)]);
    // They can be ended.
    assert_eq!(store.delete_by_owner("a", None).await.unwrap(), 7);
}

#[tokio::test]
async fn a_write_of_a_cancelled_request_leaves_no_half_state() {
    let (_folder, path) = folder();
    let store = Arc::new(SqliteStore::open(&path).unwrap());
    for round in 0..200_u8 {
        let (old, new) = (
            id(round),
            SessionId::from_bytes([round, !round].repeat(16).try_into().unwrap()),
        );
        store
            .create(old, record("a"), OwnerLimit::DEFAULT)
            .await
            .unwrap();
        let rotation = {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.rotate(&old, new, record("a")).await })
        };
        if round % 2 == 0 {
            tokio::task::yield_now().await;
        }
        rotation.abort();
        let _ = rotation.await;
        // A write after it waits for it.
        store.delete(&id(255)).await.unwrap();
        let exist = [
            store.load(&old, None).await.unwrap().is_some(),
            store.load(&new, None).await.unwrap().is_some(),
        ];
        assert!(
            exist == [true, false] || exist == [false, true],
            "round {round}: {exist:?}"
        );
        store.delete_by_owner("a", None).await.unwrap();
    }
}

#[tokio::test]
async fn a_session_that_ended_a_day_ago_is_deleted_and_a_later_one_is_kept() {
    const DAY: u64 = 24 * 60 * 60;
    let (_folder, path) = folder();
    let store = SqliteStore::open(&path).unwrap();
    let limit = OwnerLimit::DEFAULT;
    for (number, ends) in [(1, 1_000), (2, 1_001)] {
        let record = Record::new("a".to_owned(), SessionData::from_json("{}"), 100, ends);
        store.create(id(number), record, limit).await.unwrap();
    }
    let later = Record::new(
        "b".to_owned(),
        SessionData::from_json("{}"),
        1_000 + DAY,
        5_000 + DAY,
    );
    store.create(id(3), later, limit).await.unwrap();
    assert!(store.load(&id(1), None).await.unwrap().is_none());
    assert!(store.load(&id(2), None).await.unwrap().is_some());
}
