//! The contract of a session store: one suite, run against each.

use std::sync::Arc;

use jam::{
    SessionId,
    session::{
        AtLimit, MemoryStore, OwnerLimit, Record, SessionData, SessionStore, Usage, WriteOutcome,
    },
};

fn id(at: u8) -> SessionId {
    let mut bytes = [0; 32];
    // The eighth byte chooses a shard of the memory store: some share one, some do not.
    bytes[0] = at;
    bytes[7] = at % 64;
    SessionId::from_bytes(bytes)
}

fn record(owner: &str) -> Record {
    Record::new(owner.to_owned(), SessionData::from_json("{}"), 100, 10_000)
}

/// Loads a session that nobody else writes to meanwhile.
async fn load(store: &impl SessionStore, id: &SessionId) -> Record {
    let record = store.load(id, None).await.unwrap().unwrap();
    if let Some(load_now) = store.load_now(id) {
        assert_eq!(load_now, record, "what is at hand is what is there");
    }
    Arc::unwrap_or_clone(record)
}

/// Notes the use of a session at `now`.
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

/// Everything that [`SessionStore`] promises.
async fn contract<S: SessionStore>(make: impl Fn() -> S) {
    create_is_insert_only(make()).await;
    update_compares_the_version(make()).await;
    nothing_but_create_and_rotate_makes_a_session(make()).await;
    touch_only_moves_forward_and_leaves_the_version(make()).await;
    load_notes_a_use_that_is_due(make()).await;
    what_is_at_hand_is_never_older_than_what_is_there(make()).await;
    rotate_puts_one_in_place_of_the_other(make()).await;
    rotate_refuses_what_is_not_there(make()).await;
    an_id_that_was_never_issued_is_no_session(make()).await;
    a_session_is_found_by_its_lineage(make()).await;
    an_owner_has_so_many_sessions_and_no_more(make()).await;
    two_logins_at_once_both_count(make()).await;
    many_sessions_of_one_owner_are_all_listed(make()).await;
    owners_are_told_apart_whatever_their_names(make()).await;
    keep_is_kept(make()).await;
    concurrent_updates_lose_nothing(make()).await;
    one_of_two_concurrent_rotations_wins(make()).await;
    clearing_leaves_no_successor_of_a_concurrent_rotation(make()).await;
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
    assert_eq!(kept.last_seen, 100, "a save does not move it");
}

async fn nothing_but_create_and_rotate_makes_a_session<S: SessionStore>(store: S) {
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

/// A use is noted if it is due: not too early, and not for a session that is over.
async fn load_notes_a_use_that_is_due<S: SessionStore>(store: S) {
    let limit = OwnerLimit::DEFAULT;
    let mut kept = record("a");
    kept.idle = 600;
    store.create(id(1), kept.clone(), limit).await.unwrap();
    for (now, interval, idle_timeout, last_seen) in [
        (159, 60, 600, 100),
        (160, 60, 600, 160),
        (160, 0, 600, 160),
        // Over by the record: 600 seconds without use.
        (760, 60, u64::MAX, 160),
        // Over by the application's shorter timeout.
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
    // The user signed in later than now: the clock was ahead.
    let mut early = record("a");
    early.auth_time = 1_000;
    store.create(id(2), early, limit).await.unwrap();
    touch(&store, &id(2), 939).await;
    assert_eq!(load(&store, &id(2)).await.last_seen, 100);
    touch(&store, &id(2), 940).await;
    assert_eq!(load(&store, &id(2)).await.last_seen, 940);
}

async fn touch_only_moves_forward_and_leaves_the_version<S: SessionStore>(store: S) {
    store
        .create(id(1), record("a"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    touch(&store, &id(1), 300).await;
    touch(&store, &id(1), 200).await;
    let kept = load(&store, &id(1)).await;
    assert_eq!((kept.last_seen, kept.version), (300, 0));
}

async fn what_is_at_hand_is_never_older_than_what_is_there<S: SessionStore>(store: S) {
    let gone = |id: SessionId| store.load_now(&id).is_none();
    assert!(gone(id(1)), "it is not there yet");
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
    assert!(gone(id(1)), "it was rotated away");
    load(&store, &id(2)).await;
    store.delete(&id(2)).await.unwrap();
    assert!(gone(id(2)), "it was ended");
    store
        .create(id(3), record("a"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    load(&store, &id(3)).await;
    store.delete_by_owner("a", None).await.unwrap();
    assert!(gone(id(3)), "all of its owner were ended");
}

async fn rotate_puts_one_in_place_of_the_other<S: SessionStore>(store: S) {
    // 1 and 65 share a shard of the memory store, 1 and 2 do not.
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

async fn rotate_refuses_what_is_not_there<S: SessionStore>(store: S) {
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
        "it is another owner's"
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

/// A store that looks at a part of an id alone would open somebody's session.
async fn an_id_that_was_never_issued_is_no_session<S: SessionStore>(store: S) {
    let issued = SessionId::from_bytes([7; 32]);
    store
        .create(issued, record("a"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    // It is in use now, wherever a store keeps what is in use.
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
        // What opened the session once is not found any more, unless it is the lineage.
        if old != 1 {
            assert_eq!(store.find(&id(old)).await.unwrap(), None);
        }
        assert_eq!(store.load(&id(old), None).await.unwrap(), None);
    }
    // It is the one that is kept, by either name.
    assert_eq!(store.delete_by_owner("a", Some(id(1))).await.unwrap(), 1);
    assert_eq!(store.delete_by_owner("a", Some(id(66))).await.unwrap(), 0);
    assert!(store.delete(&id(66)).await.unwrap());
    assert_eq!(store.find(&id(1)).await.unwrap(), None);
    assert_eq!(store.find(&id(66)).await.unwrap(), None);
}

async fn an_owner_has_so_many_sessions_and_no_more<S: SessionStore>(store: S) {
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
        "and nobody's session ends for it"
    );
    assert_eq!(store.list_by_owner("a").await.unwrap().len(), 3);
    let other = store.create(id(5), at(200, "b"), reject).await;
    assert_eq!(
        other.unwrap(),
        WriteOutcome::Done,
        "another owner's count is its own"
    );
    // The first one was used last, so the second one ends.
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
    // Those that are over do not count.
    let created = store.create(id(6), at(20_000, "a"), reject).await;
    assert_eq!(created.unwrap(), WriteOutcome::Done);

    // A limit that is lower than before holds from the next login on.
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

async fn two_logins_at_once_both_count<S: SessionStore>(store: S) {
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

async fn owners_are_told_apart_whatever_their_names<S: SessionStore>(store: S) {
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

async fn keep_is_kept<S: SessionStore>(store: S) {
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
                        assert!(load_now.version >= kept.version, "what was there is gone");
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
                        WriteOutcome::Missing | WriteOutcome::Full => panic!("it is gone"),
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

async fn clearing_leaves_no_successor_of_a_concurrent_rotation<S: SessionStore>(store: S) {
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

/// A session that is in the process is opened without waiting, also behind a pointer.
#[tokio::test]
async fn the_memory_store_has_its_sessions_at_hand() {
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
async fn the_memory_store_says_how_many_it_has() {
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

/// It finds sessions by the first 8 bytes of their ids: of two that begin alike it takes one.
#[tokio::test]
async fn the_memory_store_takes_no_id_that_begins_as_another_does() {
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

/// More sessions of one place than it keeps as they were read.
#[tokio::test]
async fn the_memory_store_tells_apart_those_that_are_kept_in_one_place() {
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

/// A session that is used while others are freed stays, however near its end was.
#[tokio::test]
async fn the_memory_store_frees_nothing_that_was_used() {
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
async fn the_memory_store_frees_sessions_that_are_over() {
    let store = MemoryStore::new();
    for at in 0..1000_u64 {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&at.to_le_bytes());
        // Some end 100 s after they begin, each a second later than the one before.
        let record = Record::new("a".to_owned(), SessionData::from_json("{}"), at, at + 100);
        store
            .create(SessionId::from_bytes(bytes), record, OwnerLimit::DEFAULT)
            .await
            .unwrap();
    }
    // Those of the last 100 s are alive; a minute's bucket of each shard may wait.
    assert!(store.len() <= 100 + 60 + 64, "{} are left", store.len());
    assert_eq!(store.list_by_owner("a").await.unwrap().len(), store.len());
}
