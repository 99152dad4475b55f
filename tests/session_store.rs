//! The contract of a session store. One test suite runs against each store.

use std::sync::Arc;

use jam::{
    SessionId,
    session::{
        AtLimit, MemoryStore, OwnerLimit, Record, SessionData, SessionStore, Usage, WriteOutcome,
    },
};

fn id(at: u8) -> SessionId {
    let mut bytes = [0; 32];
    // The eighth byte selects a shard of the memory store. Some ids share a shard, and some do not.
    bytes[0] = at;
    bytes[7] = at % 64;
    SessionId::from_bytes(bytes)
}

fn record(owner: &str) -> Record {
    Record::new(owner.to_owned(), SessionData::from_json("{}"), 100, 10_000)
}

/// Loads a session that no other task writes at this time.
async fn load(store: &impl SessionStore, id: &SessionId) -> Record {
    let record = store.load(id, None).await.unwrap().unwrap();
    if let Some(load_now) = store.load_now(id) {
        assert_eq!(
            load_now, record,
            "`load_now` and `load` return the same record"
        );
    }
    Arc::unwrap_or_clone(record)
}

/// Records a use of the session at `now`.
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

/// Checks everything that [`SessionStore`] promises.
async fn contract<S: SessionStore>(make: impl Fn() -> S) {
    create_is_insert_only(make()).await;
    update_compares_the_version(make()).await;
    only_create_and_rotate_add_a_session(make()).await;
    a_use_only_moves_forward_and_keeps_the_version(make()).await;
    load_records_a_due_use(make()).await;
    load_now_never_returns_an_older_record(make()).await;
    rotate_replaces_a_session(make()).await;
    rotate_rejects_a_missing_session(make()).await;
    an_id_that_was_never_issued_is_not_found(make()).await;
    a_session_is_found_by_its_lineage(make()).await;
    an_owner_has_no_more_sessions_than_the_limit(make()).await;
    concurrent_logins_both_count(make()).await;
    many_sessions_of_one_owner_are_all_listed(make()).await;
    owners_with_similar_names_are_distinguished(make()).await;
    delete_by_owner_keeps_the_given_session(make()).await;
    concurrent_updates_lose_nothing(make()).await;
    one_of_many_updates_of_a_version_wins(make()).await;
    one_of_two_concurrent_rotations_wins(make()).await;
    delete_by_owner_deletes_a_concurrently_rotated_session(make()).await;
}

async fn create_is_insert_only<S: SessionStore>(store: S) {
    assert_eq!(
        store
            .create(id(1), record("a"), OwnerLimit::DEFAULT)
            .await
            .unwrap(),
        WriteOutcome::Done
    );
    assert_eq!(
        store
            .create(id(1), record("b"), OwnerLimit::DEFAULT)
            .await
            .unwrap(),
        WriteOutcome::Conflict
    );
    assert_eq!(load(&store, &id(1)).await, record("a"));
    assert!(store.list_by_owner("b").await.unwrap().is_empty());
    assert_eq!(store.load(&id(2), None).await.unwrap(), None);
}

async fn update_compares_the_version<S: SessionStore>(store: S) {
    store
        .create(id(1), record("a"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    let first = with(record("a"), 0, "1");
    assert_eq!(
        store.update(&id(1), first.clone()).await.unwrap(),
        WriteOutcome::Done
    );
    assert_eq!(
        store
            .update(&id(1), with(record("a"), 0, "2"))
            .await
            .unwrap(),
        WriteOutcome::Conflict
    );
    let kept = load(&store, &id(1)).await;
    assert_eq!((kept.version, kept.data.as_json()), (1, &b"1"[..]));
    let mut moved = with(record("a"), 1, "3");
    (moved.auth_time, moved.expires_at, moved.last_seen) = (500, 20_000, 1);
    assert_eq!(
        store.update(&id(1), moved).await.unwrap(),
        WriteOutcome::Done
    );
    let kept = load(&store, &id(1)).await;
    assert_eq!(
        (kept.version, kept.auth_time, kept.expires_at),
        (2, 500, 20_000)
    );
    assert_eq!(kept.last_seen, 100, "an update does not change `last_seen`");
}

async fn only_create_and_rotate_add_a_session<S: SessionStore>(store: S) {
    store
        .create(id(1), record("a"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    let stale = load(&store, &id(1)).await;
    assert!(store.delete(&id(1)).await.unwrap());
    assert!(!store.delete(&id(1)).await.unwrap());
    assert_eq!(
        store.update(&id(1), stale.clone()).await.unwrap(),
        WriteOutcome::Missing
    );
    touch(&store, &id(1), 200).await;
    assert_eq!(
        store.rotate(&id(1), id(2), stale).await.unwrap(),
        WriteOutcome::Missing
    );
    assert_eq!(store.load(&id(1), None).await.unwrap(), None);
    assert_eq!(store.load(&id(2), None).await.unwrap(), None);
    assert!(store.list_by_owner("a").await.unwrap().is_empty());
}

/// Checks that a due use is recorded. A use that is too early, or of an expired session, is not
/// recorded.
async fn load_records_a_due_use<S: SessionStore>(store: S) {
    let limit = OwnerLimit::DEFAULT;
    let mut kept = record("a");
    kept.idle = 600;
    store.create(id(1), kept.clone(), limit).await.unwrap();
    for (now, interval, idle_timeout, last_seen) in [
        (159, 60, 600, 100),
        (160, 60, 600, 160),
        (160, 0, 600, 160),
        // The session expired by the record: 600 seconds without use.
        (760, 60, u64::MAX, 160),
        // The session expired by the shorter timeout of the application.
        (460, 60, 300, 160),
        (459, 60, 300, 459),
        (400, 0, 600, 459),
    ] {
        let usage = Usage {
            now,
            interval,
            idle_timeout,
        };
        let before = load(&store, &id(1)).await;
        let returned = store.load(&id(1), Some(usage)).await.unwrap().unwrap();
        assert_eq!(returned.last_seen, before.last_seen, "{usage:?}");
        let after = load(&store, &id(1)).await;
        assert_eq!(after.last_seen, last_seen, "{usage:?}");
        assert_eq!(after.version, before.version, "{usage:?}");
    }
    // The login is later than `now`, because the clock was ahead.
    let mut early = record("a");
    early.auth_time = 1_000;
    store.create(id(2), early, limit).await.unwrap();
    touch(&store, &id(2), 939).await;
    assert_eq!(load(&store, &id(2)).await.last_seen, 100);
    touch(&store, &id(2), 940).await;
    assert_eq!(load(&store, &id(2)).await.last_seen, 940);
}

async fn a_use_only_moves_forward_and_keeps_the_version<S: SessionStore>(store: S) {
    store
        .create(id(1), record("a"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    touch(&store, &id(1), 300).await;
    touch(&store, &id(1), 200).await;
    let kept = load(&store, &id(1)).await;
    assert_eq!((kept.last_seen, kept.version), (300, 0));
}

async fn load_now_never_returns_an_older_record<S: SessionStore>(store: S) {
    let gone = |id: SessionId| store.load_now(&id).is_none();
    assert!(gone(id(1)), "the session does not exist yet");
    store
        .create(id(1), record("a"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    load(&store, &id(1)).await;
    touch(&store, &id(1), 300).await;
    assert_eq!(load(&store, &id(1)).await.last_seen, 300);
    let kept = load(&store, &id(1)).await;
    store.update(&id(1), with(kept, 0, "1")).await.unwrap();
    let kept = load(&store, &id(1)).await;
    assert_eq!((kept.version, kept.data.as_json()), (1, &b"1"[..]));
    store.rotate(&id(1), id(2), kept).await.unwrap();
    assert!(gone(id(1)), "the session was rotated");
    load(&store, &id(2)).await;
    store.delete(&id(2)).await.unwrap();
    assert!(gone(id(2)), "the session was deleted");
    store
        .create(id(3), record("a"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    load(&store, &id(3)).await;
    store.delete_by_owner("a", None).await.unwrap();
    assert!(gone(id(3)), "all sessions of the owner were deleted");
}

async fn rotate_replaces_a_session<S: SessionStore>(store: S) {
    // Ids 1 and 65 share a shard of the memory store. Ids 1 and 2 do not.
    for (old, new) in [(id(1), id(2)), (id(2), id(66)), (id(66), id(1))] {
        if old == id(1) {
            store
                .create(old, record("a"), OwnerLimit::DEFAULT)
                .await
                .unwrap();
            store.update(&old, with(record("a"), 0, "1")).await.unwrap();
        }
        let kept = load(&store, &old).await;
        let stale = with(kept.clone(), kept.version + 1, "?");
        assert_eq!(
            store.rotate(&old, new, stale).await.unwrap(),
            WriteOutcome::Conflict
        );
        assert_eq!(
            store.rotate(&old, new, kept).await.unwrap(),
            WriteOutcome::Done
        );
        assert_eq!(store.load(&old, None).await.unwrap(), None);
        let successor = load(&store, &new).await;
        assert_eq!(
            (successor.version, successor.data.as_json()),
            (0, &b"1"[..])
        );
        let listed: Vec<_> = store.list_by_owner("a").await.unwrap();
        assert_eq!(listed.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [new]);
    }
}

async fn rotate_rejects_a_missing_session<S: SessionStore>(store: S) {
    store
        .create(id(1), record("a"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    store
        .create(id(2), record("b"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    assert_eq!(
        store.rotate(&id(3), id(4), record("a")).await.unwrap(),
        WriteOutcome::Missing
    );
    assert_eq!(
        store.rotate(&id(1), id(2), record("a")).await.unwrap(),
        WriteOutcome::Conflict
    );
    assert_eq!(
        store.rotate(&id(1), id(4), record("b")).await.unwrap(),
        WriteOutcome::Missing,
        "the session belongs to another owner"
    );
    assert_eq!(
        store.load(&id(1), None).await.unwrap(),
        Some(record("a").into())
    );
    assert_eq!(
        store.load(&id(2), None).await.unwrap(),
        Some(record("b").into())
    );
    assert_eq!(store.load(&id(4), None).await.unwrap(), None);
}

/// Checks that the store compares the whole id. Otherwise a similar id would load the session of
/// another owner.
async fn an_id_that_was_never_issued_is_not_found<S: SessionStore>(store: S) {
    let issued = SessionId::from_bytes([7; 32]);
    store
        .create(issued, record("a"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    // The session is used now, so it is in the cache of a store that has one.
    assert_eq!(load(&store, &issued).await, record("a"));
    for byte in 0..32 {
        for bit in 0..8 {
            let mut other = [7; 32];
            other[byte] ^= 1 << bit;
            let other = SessionId::from_bytes(other);
            assert_eq!(store.load_now(&other), None, "byte {byte}");
            assert_eq!(store.load(&other, None).await.unwrap(), None, "byte {byte}");
            assert_eq!(store.find(&other).await.unwrap(), None, "byte {byte}");
            assert!(!store.delete(&other).await.unwrap(), "byte {byte}");
        }
    }
    assert_eq!(load(&store, &issued).await, record("a"));
}

async fn a_session_is_found_by_its_lineage<S: SessionStore>(store: S) {
    let mut first = record("a");
    first.lineage = id(1);
    let other = id(9);
    for (id, record) in [(id(1), first.clone()), (other, record("a"))] {
        let created = store.create(id, record, OwnerLimit::DEFAULT).await;
        assert_eq!(created.unwrap(), WriteOutcome::Done);
        assert_eq!(store.find(&id).await.unwrap(), Some(id));
    }
    for (old, new) in [(1, 2), (2, 3), (3, 66)] {
        let rotated = store.rotate(&id(old), id(new), first.clone()).await;
        assert_eq!(rotated.unwrap(), WriteOutcome::Done);
        assert_eq!(store.find(&id(1)).await.unwrap(), Some(id(new)));
        assert_eq!(store.find(&id(new)).await.unwrap(), Some(id(new)));
        // A previous id of the session is not found, unless it is the lineage.
        if old != 1 {
            assert_eq!(store.find(&id(old)).await.unwrap(), None);
        }
        assert_eq!(store.load(&id(old), None).await.unwrap(), None);
    }
    // Both the lineage and the current id keep the session.
    assert_eq!(store.delete_by_owner("a", Some(id(1))).await.unwrap(), 1);
    assert_eq!(store.delete_by_owner("a", Some(id(66))).await.unwrap(), 0);
    assert!(store.delete(&id(66)).await.unwrap());
    assert_eq!(store.find(&id(1)).await.unwrap(), None);
    assert_eq!(store.find(&id(66)).await.unwrap(), None);
}

async fn an_owner_has_no_more_sessions_than_the_limit<S: SessionStore>(store: S) {
    let at = |last_seen: u64, owner: &str| {
        let mut record = record(owner);
        (record.last_seen, record.auth_time) = (last_seen, last_seen);
        record
    };
    let reject = OwnerLimit {
        most: 3,
        at_limit: AtLimit::Reject,
    };
    let end = OwnerLimit {
        at_limit: AtLimit::EndLeastRecentlyUsed,
        ..reject
    };
    for number in 1..=3 {
        let created = store.create(id(number), at(100 + u64::from(number), "a"), reject);
        assert_eq!(created.await.unwrap(), WriteOutcome::Done);
    }
    let refused = store.create(id(4), at(200, "a"), reject).await;
    assert_eq!(refused.unwrap(), WriteOutcome::Full);
    assert_eq!(store.load(&id(4), None).await.unwrap(), None);
    let taken = store.create(id(1), at(200, "a"), end).await;
    assert_eq!(
        taken.unwrap(),
        WriteOutcome::Conflict,
        "no session ends after a conflict"
    );
    assert_eq!(store.list_by_owner("a").await.unwrap().len(), 3);
    let other = store.create(id(5), at(200, "b"), reject).await;
    assert_eq!(
        other.unwrap(),
        WriteOutcome::Done,
        "each owner has a separate count"
    );
    // The first session was used last, so the second session ends.
    touch(&store, &id(1), 300).await;
    let created = store.create(id(4), at(301, "a"), end).await;
    assert_eq!(created.unwrap(), WriteOutcome::Done);
    assert_eq!(store.load(&id(2), None).await.unwrap(), None);
    for kept in [1, 3, 4] {
        assert!(
            store.load(&id(kept), None).await.unwrap().is_some(),
            "{kept}"
        );
    }
    // Expired sessions do not count.
    let created = store.create(id(6), at(20_000, "a"), reject).await;
    assert_eq!(created.unwrap(), WriteOutcome::Done);

    // A lower limit applies from the next login.
    let many = OwnerLimit { most: 9, ..reject };
    for number in 11..=16 {
        let created = store.create(id(number), at(100 + u64::from(number), "c"), many);
        assert_eq!(created.await.unwrap(), WriteOutcome::Done);
    }
    let created = store
        .create(id(17), at(200, "c"), OwnerLimit { most: 2, ..end })
        .await;
    assert_eq!(created.unwrap(), WriteOutcome::Done);
    let mut kept: Vec<_> = store
        .list_by_owner("c")
        .await
        .unwrap()
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    kept.sort_unstable();
    assert_eq!(kept, [id(16), id(17)]);
}

async fn concurrent_logins_both_count<S: SessionStore>(store: S) {
    let limit = OwnerLimit {
        most: 1,
        at_limit: AtLimit::Reject,
    };
    let store = Arc::new(store);
    for round in 0..50_u8 {
        let owner = format!("owner {round}");
        let logins = [1, 2].map(|number: u8| {
            let (store, owner) = (Arc::clone(&store), owner.clone());
            tokio::spawn(async move {
                let mut bytes = [number; 32];
                (bytes[0], bytes[7]) = (round, number);
                let id = SessionId::from_bytes(bytes);
                store.create(id, record(&owner), limit).await.unwrap()
            })
        });
        let mut done = 0;
        for login in logins {
            done += usize::from(login.await.unwrap() == WriteOutcome::Done);
        }
        assert_eq!(done, 1, "round {round}");
    }
}

async fn many_sessions_of_one_owner_are_all_listed<S: SessionStore>(store: S) {
    let limit = OwnerLimit {
        most: 10_000,
        at_limit: AtLimit::Reject,
    };
    let mut ids = Vec::new();
    for number in 0..1_500_u32 {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b9).to_le_bytes());
        bytes[7] = number.to_le_bytes()[0];
        let id = SessionId::from_bytes(bytes);
        let created = store.create(id, record("a"), limit).await;
        assert_eq!(created.unwrap(), WriteOutcome::Done);
        ids.push(id);
    }
    let listed = store.list_by_owner("a").await.unwrap();
    let mut listed: Vec<_> = listed.into_iter().map(|(id, _)| id).collect();
    listed.sort();
    ids.sort();
    assert_eq!(listed, ids);
    assert_eq!(store.delete_by_owner("a", None).await.unwrap(), 1_500);
    assert!(store.list_by_owner("a").await.unwrap().is_empty());
}

async fn owners_with_similar_names_are_distinguished<S: SessionStore>(store: S) {
    let owners = [
        "", "a", "a:b", "a:", "*", "a\0b", "{a}", "ä", "a b\r\n", "%",
    ];
    for (at, owner) in (1..).zip(owners) {
        store
            .create(id(at), record(owner), OwnerLimit::DEFAULT)
            .await
            .unwrap();
    }
    for (at, owner) in (1..).zip(owners) {
        let listed = store.list_by_owner(owner).await.unwrap();
        assert_eq!(listed, [(id(at), record(owner).into())], "{owner:?}");
    }
    for (at, owner) in (1..).zip(owners) {
        assert_eq!(store.delete_by_owner(owner, None).await.unwrap(), 1);
        assert_eq!(store.load(&id(at), None).await.unwrap(), None);
        assert_eq!(store.delete_by_owner(owner, None).await.unwrap(), 0);
    }
}

async fn delete_by_owner_keeps_the_given_session<S: SessionStore>(store: S) {
    for at in 1..=5 {
        store
            .create(id(at), record("a"), OwnerLimit::DEFAULT)
            .await
            .unwrap();
    }
    assert_eq!(store.delete_by_owner("a", Some(id(3))).await.unwrap(), 4);
    let listed = store.list_by_owner("a").await.unwrap();
    assert_eq!(listed, [(id(3), record("a").into())]);
}

async fn concurrent_updates_lose_nothing<S: SessionStore>(store: S) {
    const WRITERS: u64 = 24;
    let store = Arc::new(store);
    store
        .create(id(1), with(record("a"), 0, "0"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                loop {
                    let kept = store.load(&id(1), None).await.unwrap().unwrap();
                    if let Some(load_now) = store.load_now(&id(1)) {
                        assert!(
                            load_now.version >= kept.version,
                            "`load_now` returned an older version"
                        );
                    }
                    let mut kept = Arc::unwrap_or_clone(kept);
                    let count: u64 = std::str::from_utf8(kept.data.as_json())
                        .unwrap()
                        .parse()
                        .unwrap();
                    kept.data = SessionData::from_json((count + 1).to_string());
                    match store.update(&id(1), kept).await.unwrap() {
                        WriteOutcome::Done => break,
                        WriteOutcome::Conflict => tokio::task::yield_now().await,
                        WriteOutcome::Missing | WriteOutcome::Full => {
                            panic!("the session is missing")
                        }
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let kept = load(&store, &id(1)).await;
    assert_eq!(
        (kept.data.as_json(), kept.version),
        (WRITERS.to_string().as_bytes(), WRITERS)
    );
}

/// A record can be spent: of many writers that saw one version, one names the successor.
async fn one_of_many_updates_of_a_version_wins<S: SessionStore>(store: S) {
    let store = Arc::new(store);
    store
        .create(id(1), record("a"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    for version in 0..100 {
        let writers: Vec<_> = (0..50)
            .map(|writer| {
                let store = Arc::clone(&store);
                let spent = with(record("a"), version, &writer.to_string());
                tokio::spawn(async move { (writer, store.update(&id(1), spent).await.unwrap()) })
            })
            .collect();
        let mut winners = Vec::new();
        for writer in writers {
            match writer.await.unwrap() {
                (writer, WriteOutcome::Done) => winners.push(writer),
                (_, outcome) => assert_eq!(outcome, WriteOutcome::Conflict),
            }
        }
        let stored = load(&store, &id(1)).await;
        assert_eq!(winners.len(), 1, "version {version}");
        assert_eq!(
            stored.data.as_json(),
            winners[0].to_string().as_bytes(),
            "the data is that of the writer that won"
        );
    }
}

async fn one_of_two_concurrent_rotations_wins<S: SessionStore>(store: S) {
    let store = Arc::new(store);
    for round in 0..50 {
        store
            .create(id(1), record("a"), OwnerLimit::DEFAULT)
            .await
            .unwrap();
        let rotations = [id(2), id(66), id(130)].map(|new| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.rotate(&id(1), new, record("a")).await.unwrap() })
        });
        let mut done = 0;
        for rotation in rotations {
            done += u32::from(rotation.await.unwrap() == WriteOutcome::Done);
        }
        assert_eq!(done, 1, "round {round}");
        assert_eq!(store.delete_by_owner("a", None).await.unwrap(), 1);
    }
}

async fn delete_by_owner_deletes_a_concurrently_rotated_session<S: SessionStore>(store: S) {
    let store = Arc::new(store);
    for round in 0..50 {
        store
            .create(id(1), record("a"), OwnerLimit::DEFAULT)
            .await
            .unwrap();
        let rotation = {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.rotate(&id(1), id(2), record("a")).await.unwrap() })
        };
        let clearing = {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.delete_by_owner("a", None).await.unwrap() })
        };
        rotation.await.unwrap();
        assert_eq!(clearing.await.unwrap(), 1, "round {round}");
        assert!(store.list_by_owner("a").await.unwrap().is_empty());
        assert_eq!(store.load(&id(2), None).await.unwrap(), None);
    }
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_memory_store_keeps_the_contract() {
    contract(MemoryStore::new).await;
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
    assert_eq!(store.list_by_owner("a").await.unwrap().len(), store.len());
}
