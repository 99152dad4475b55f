//! Tables and rows of version 1, so that later versions can still read them.

mod common;

use common::SERVER;
use jam_core::session::{Page, Record, SessionData, SessionId, SessionStore, ValueKey};
use jam_postgres::PostgresStore;

/// It is never changed: a later version gets a file of its own.
const VERSION_1: &str = include_str!("data/version-1.sql");

fn id(number: u8) -> SessionId {
    SessionId::from_bytes([number; 32])
}

#[tokio::test]
async fn tables_of_version_1_are_read() {
    let database = SERVER.new_database();
    SERVER.sql(&database, VERSION_1);
    let store = PostgresStore::connect(&SERVER.url_of(&database)).expect("the address is good");
    assert!(
        VERSION_1.starts_with(&store.schema()),
        "this version makes other tables"
    );
    store
        .migrate()
        .await
        .expect("the tables are those of this version");

    let json = "{\"app::User\":{\"name\":\"J\u{fc}rgen\",\"user\":1}}";
    let owner = "j\u{fc}rgen@example.com".to_owned();
    let data = SessionData::from_json(json);
    let mut expected = Record::new(owner, data, 1_800_000_000, 1_800_086_400);
    (expected.version, expected.last_seen, expected.idle) = (1, 1_800_000_300, 3_600);
    expected.lineage = id(1);
    let read = store.load(&id(2), None).await.expect("it answers");
    assert_eq!(read.as_deref(), Some(&expected));
    let found = store.find(&id(1)).await.expect("it answers");
    assert_eq!(found, Some(id(2)));
    let listed = store.list_by_owner(&expected.owner, Page::FIRST).await;
    assert_eq!(listed.expect("it answers"), [(id(2), expected.into())]);
    let key = ValueKey::new("test", &[b"1"]);
    let values = store
        .values(&[key], 1_800_000_000)
        .await
        .expect("it answers");
    let value = values[0].as_ref().expect("it has not expired");
    assert_eq!(
        (value.bytes.as_slice(), value.expires_at),
        (&b"value\0\xff"[..], 1_900_000_000)
    );
    assert!(store.delete(&id(2)).await.expect("it answers"));
}
