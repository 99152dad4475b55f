//! The contract of a session store, and the rest of what the store in memory promises.

use std::sync::Arc;

use jam::{
    SessionId,
    session::{
        MemoryStore, OwnerLimit, Page, Record, SessionData, SessionStore, Usage, WriteOutcome,
    },
};

async fn memory_store() -> MemoryStore {
    MemoryStore::new()
}

jam::testing::store_contract!(memory, memory_store());

fn id(at: u8) -> SessionId {
    let mut bytes = [0; 32];
    // The eighth byte selects a shard. Some ids share a shard, and some do not.
    bytes[0] = at;
    bytes[7] = at % 64;
    SessionId::from_bytes(bytes)
}

fn record(owner: &str) -> Record {
    Record::new(owner.to_owned(), SessionData::from_json("{}"), 100, 10_000)
}

async fn load(store: &impl SessionStore, id: &SessionId) -> Record {
    let record = store.load(id, None).await.unwrap().unwrap();
    Arc::unwrap_or_clone(record)
}

/// Notes a use of the session at `now`.
async fn touch(store: &impl SessionStore, id: &SessionId, now: u64) {
    let usage = Usage {
        now,
        interval: 0,
        idle_timeout: u64::MAX,
    };
    store.load(id, Some(usage)).await.unwrap();
}

fn with(mut record: Record, version: u64, data: &str) -> Record {
    record.version = version;
    record.data = SessionData::from_json(data);
    record
}

/// Asserts that a session in memory is loaded without waiting, also through a pointer.
#[tokio::test]
async fn the_memory_store_loads_sessions_without_waiting() {
    let store = Arc::new(MemoryStore::new());
    assert!(store.load_now(&id(1)).is_none());
    store
        .create(id(1), record("a"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    load(&store, &id(1)).await;
    assert!(MemoryStore::load_now(&store, &id(1)).is_some());
    assert!(SessionStore::load_now(&store, &id(1)).is_some());
    store.delete(&id(1)).await.unwrap();
    assert!(SessionStore::load_now(&store, &id(1)).is_none());
}

#[tokio::test]
async fn the_memory_store_counts_its_sessions() {
    let store = MemoryStore::new();
    assert!(store.is_empty());
    store
        .create(id(1), record("a"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    assert!(!store.is_empty());
    assert_eq!(store.len(), 1);
    store.delete(&id(1)).await.unwrap();
    assert!(store.is_empty());
}

/// Asserts that ids with the same first 8 bytes conflict. The memory store finds sessions by these
/// bytes.
#[tokio::test]
async fn the_memory_store_rejects_an_id_with_the_first_bytes_of_another() {
    let store = MemoryStore::new();
    let (mut one, mut other) = ([7; 32], [7; 32]);
    (one[31], other[31]) = (1, 2);
    let (one, other) = (SessionId::from_bytes(one), SessionId::from_bytes(other));
    assert_eq!(
        store
            .create(one, record("a"), OwnerLimit::DEFAULT)
            .await
            .unwrap(),
        WriteOutcome::Done
    );
    let second = store
        .create(other, record("b"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    assert_eq!(second, WriteOutcome::Conflict);
    assert_eq!(store.load(&other, None).await.unwrap(), None);
    assert!(!store.delete(&other).await.unwrap());
    assert_eq!(store.delete_by_owner("b", None).await.unwrap(), 0);
    assert_eq!(load(&store, &one).await, record("a"));
}

/// Asserts that sessions in one cache slot are distinguished. There are more of them than the slot
/// holds.
#[tokio::test]
async fn the_memory_store_distinguishes_sessions_in_one_cache_slot() {
    let store = MemoryStore::new();
    let ids: Vec<_> = (0..40).map(id).collect();
    for (at, id) in ids.iter().enumerate() {
        store
            .create(
                *id,
                with(record("a"), 0, &at.to_string()),
                OwnerLimit::DEFAULT,
            )
            .await
            .unwrap();
    }
    for _ in 0..2 {
        for (at, id) in ids.iter().enumerate() {
            assert_eq!(
                load(&store, id).await.data.as_json(),
                at.to_string().as_bytes()
            );
        }
    }
}

/// Asserts that a used session stays while others are freed, even if it was about to expire.
#[tokio::test]
async fn the_memory_store_does_not_free_a_used_session() {
    let store = MemoryStore::new();
    let mut short = record("a");
    short.idle = 100;
    store
        .create(id(1), short, OwnerLimit::DEFAULT)
        .await
        .unwrap();
    touch(&store, &id(1), 199).await;
    for at in 0..200 {
        let mut bytes = [at; 32];
        bytes[7] = 1;
        let later = Record::new("b".to_owned(), SessionData::from_json("{}"), 260, 10_000);
        store
            .create(SessionId::from_bytes(bytes), later, OwnerLimit::DEFAULT)
            .await
            .unwrap();
    }
    assert_eq!(load(&store, &id(1)).await.last_seen, 199);
}

#[tokio::test]
async fn the_memory_store_frees_expired_sessions() {
    let store = MemoryStore::new();
    for at in 0..1000_u64 {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&at.to_le_bytes());
        // Each session ends after 100 s, one second later than the session before it.
        let record = Record::new("a".to_owned(), SessionData::from_json("{}"), at, at + 100);
        store
            .create(SessionId::from_bytes(bytes), record, OwnerLimit::DEFAULT)
            .await
            .unwrap();
    }
    // The sessions of the last 100 s are valid. Each shard may keep the expired sessions of one
    // minute.
    assert!(store.len() <= 100 + 60 + 64, "{} are left", store.len());
    let all = Page {
        after: None,
        most: 2_000,
    };
    let listed = store.list_by_owner("a", all).await.unwrap();
    assert_eq!(listed.len(), store.len());
}
