//! A file that version 1 of the tables wrote, so that later versions can still read it.

#![allow(clippy::unwrap_used)] // a test reports an error with a panic

use std::path::{Path, PathBuf};

use jam_core::session::{Page, Record, SessionData, SessionId, SessionStore, ValueKey};
use jam_sqlite::SqliteStore;

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/version-1.db")
}

fn id(number: u8) -> SessionId {
    SessionId::from_bytes([number; 32])
}

fn record() -> Record {
    let json = "{\"app::User\":{\"name\":\"J\u{fc}rgen\",\"user\":1}}";
    let data = SessionData::from_json(json);
    let mut record = Record::new(
        "j\u{fc}rgen@example.com".to_owned(),
        data,
        1_800_000_000,
        1_800_086_400,
    );
    record.last_seen = 1_800_000_300;
    record.idle = 3_600;
    record.lineage = id(1);
    record
}

/// Returns the statements that made the tables of a file.
fn tables(path: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let sql = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name";
    let mut select = connection.prepare(sql).unwrap();
    let rows = select.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[tokio::test]
async fn a_file_of_version_1_is_read() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("app.db");
    std::fs::copy(data(), &path).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    let mut expected = record();
    expected.version = 1;
    assert_eq!(*store.load(&id(2), None).await.unwrap().unwrap(), expected);
    assert_eq!(store.load(&id(1), None).await.unwrap(), None);
    assert_eq!(store.find(&id(1)).await.unwrap(), Some(id(2)));
    let listed = store
        .list_by_owner(&expected.owner, Page::FIRST)
        .await
        .unwrap();
    assert_eq!(listed, [(id(2), expected.into())]);
    let values = store
        .values(&[ValueKey::new("test", &[b"1"])], 1_800_000_000)
        .await
        .unwrap();
    let value = values[0].as_ref().unwrap();
    assert_eq!(
        (value.bytes.as_slice(), value.expires_at),
        (&b"value\0\xff"[..], 1_900_000_000)
    );
    assert!(store.delete(&id(2)).await.unwrap());
}

#[test]
fn this_version_makes_the_tables_of_version_1() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("app.db");
    drop(SqliteStore::open(&path).unwrap());
    assert_eq!(tables(&path), tables(&data()));
}
