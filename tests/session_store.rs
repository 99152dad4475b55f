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

#[cfg(feature = "encryption")]
mod encryption {
    use jam::session::{EncryptedStore, EncryptionKeys};

    use super::*;

    const OLD: [u8; 32] = [7; 32];
    const NEW: [u8; 32] = [8; 32];

    fn keys(secret: [u8; 32]) -> EncryptionKeys {
        EncryptionKeys::new(secret).unwrap()
    }

    async fn encrypted_store() -> EncryptedStore<MemoryStore> {
        EncryptedStore::new(MemoryStore::new(), keys(OLD))
    }

    jam::testing::store_contract!(contract, encrypted_store());

    fn secret() -> Record {
        with(record("ann"), 0, "{\"app::User\":{\"diagnosis\":\"flu\"}}")
    }

    async fn create(store: &impl SessionStore, at: u8, record: Record) {
        let created = store.create(id(at), record, OwnerLimit::DEFAULT).await;
        assert_eq!(created.unwrap(), WriteOutcome::Done);
    }

    #[tokio::test]
    async fn the_inner_store_sees_no_payload_and_never_the_same_bytes() {
        let inner = Arc::new(MemoryStore::new());
        let store = EncryptedStore::new(Arc::clone(&inner), keys(OLD));
        create(&store, 1, secret()).await;
        create(&store, 2, secret()).await;
        let [one, other] = [load(&inner, &id(1)).await, load(&inner, &id(2)).await];
        for record in [&one, &other] {
            let text = std::str::from_utf8(record.data.as_json()).unwrap();
            assert!(!text.contains("flu") && !text.contains("User"), "{text}");
            serde_json::from_str::<serde_json::Value>(text).unwrap();
        }
        assert_ne!(one.data.as_json(), other.data.as_json());
        assert_eq!(load(&store, &id(1)).await, secret());
        let debug = format!("{store:?}");
        assert!(!debug.contains('7'), "{debug}");
    }

    /// S18: whatever the store returns instead of what was written is no session.
    #[tokio::test]
    async fn data_that_was_changed_moved_or_is_plain_is_no_session() {
        let inner = Arc::new(MemoryStore::new());
        let store = EncryptedStore::new(Arc::clone(&inner), keys(OLD));
        create(&store, 1, secret()).await;
        let sealed = load(&inner, &id(1)).await;
        // The data of a record under another id, or of another owner.
        create(&inner, 2, sealed.clone()).await;
        let mut stolen = sealed.clone();
        "eve".clone_into(&mut stolen.owner);
        create(&inner, 3, stolen).await;
        create(&inner, 4, secret()).await;
        for at in 2..=4 {
            assert_eq!(store.load(&id(at), None).await.unwrap(), None, "{at}");
            assert!(store.load_now(&id(at)).is_none(), "{at}");
        }
        let listed = store.list_by_owner("ann", Page::FIRST).await.unwrap();
        assert_eq!(listed, [(id(1), secret().into())]);
        assert_eq!(store.list_by_owner("eve", Page::FIRST).await.unwrap(), []);
        // Each byte counts.
        let whole = sealed.data.as_json().to_vec();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let mut record = sealed.clone();
            record.data = SessionData::from_json(changed);
            inner.update(&id(1), record).await.unwrap();
            assert_eq!(store.load(&id(1), None).await.unwrap(), None, "{at}");
            inner.delete(&id(1)).await.unwrap();
            create(&inner, 1, sealed.clone()).await;
        }
        assert_eq!(load(&store, &id(1)).await, secret());
        // They can be ended.
        assert_eq!(store.delete_by_owner("ann", None).await.unwrap(), 3);
    }

    #[tokio::test]
    async fn a_key_is_replaced_without_the_end_of_sessions() {
        let inner = Arc::new(MemoryStore::new());
        let before = EncryptedStore::new(Arc::clone(&inner), keys(OLD));
        create(&before, 1, secret()).await;
        let both = keys(NEW).also_accept(OLD).unwrap();
        let during = EncryptedStore::new(Arc::clone(&inner), both);
        assert_eq!(load(&during, &id(1)).await, secret());
        create(&during, 2, secret()).await;
        during.update(&id(1), secret()).await.unwrap();
        let after = EncryptedStore::new(Arc::clone(&inner), keys(NEW));
        assert_eq!(load(&after, &id(2)).await, secret());
        assert_eq!(load(&after, &id(1)).await.data, secret().data);
        assert_eq!(before.load(&id(2), None).await.unwrap(), None);
        assert!(EncryptionKeys::new([7; 31]).is_err());
    }

    /// Data as version 1 writes it, so that later versions can still read it.
    #[tokio::test]
    async fn data_of_version_1_is_read() {
        let inner = MemoryStore::new();
        let data = include_str!("data/encrypted-1.json").trim_end();
        create(&inner, 1, with(record("ann"), 0, data)).await;
        let store = EncryptedStore::new(inner, keys(OLD));
        assert_eq!(load(&store, &id(1)).await, secret());
    }
}
