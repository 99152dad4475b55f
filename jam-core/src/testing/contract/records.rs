//! Promises about one session.

use std::time::Duration;

use super::{id, list, load, record, touch, with};
use crate::session::{
    Change, Changes, OwnerLimit, Record, SessionData, SessionId, SessionStore, Usage, Value,
    ValueKey, WriteOutcome,
};

/// A taken id is never taken over, and a record comes back as it was created.
pub async fn create_is_insert_only<S: SessionStore>(store: S) {
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
    assert!(list(&store, "b").await.is_empty());
    assert_eq!(store.load(&id(2), None).await.unwrap(), None);
}

/// An update names the version that it saw, and changes only what it may.
pub async fn update_compares_the_version<S: SessionStore>(store: S) {
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

/// Nothing brings a deleted session back.
pub async fn only_create_and_rotate_add_a_session<S: SessionStore>(store: S) {
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
    assert!(list(&store, "a").await.is_empty());
}

/// Checks that a due use is recorded. A use that is too early, or of an expired session, is not
/// recorded.
pub async fn load_records_a_due_use<S: SessionStore>(store: S) {
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

/// A use never makes a session older, and is no update.
pub async fn a_use_only_moves_forward_and_keeps_the_version<S: SessionStore>(store: S) {
    store
        .create(id(1), record("a"), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    touch(&store, &id(1), 300).await;
    touch(&store, &id(1), 200).await;
    let kept = load(&store, &id(1)).await;
    assert_eq!((kept.last_seen, kept.version), (300, 0));
}

/// A record at hand is never older than the store.
pub async fn load_now_never_returns_an_older_record<S: SessionStore>(store: S) {
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

/// After a rotation the old id is gone, and the new one has the data.
pub async fn rotate_replaces_a_session<S: SessionStore>(store: S) {
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
        let listed: Vec<_> = list(&store, "a").await;
        assert_eq!(listed.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [new]);
    }
}

/// A rotation neither creates a session nor takes over an id.
pub async fn rotate_rejects_a_missing_session<S: SessionStore>(store: S) {
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
pub async fn an_id_that_was_never_issued_is_not_found<S: SessionStore>(store: S) {
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

/// The first id of a session leads to its present record.
pub async fn a_session_is_found_by_its_lineage<S: SessionStore>(store: S) {
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

/// The whole record comes back: long text, large data, and times up to the last one.
pub async fn a_record_is_kept_whole<S: SessionStore>(store: S) {
    let mut record = record(&"o\u{e9}\0".repeat(2_000));
    record.data = SessionData::from_json(vec![b'x'; 100_000]);
    (record.auth_time, record.last_seen, record.expires_at) = (1, 2, Record::LAST);
    (record.idle, record.lineage) = (Record::LAST, id(9));
    let created = store.create(id(1), record.clone(), OwnerLimit::DEFAULT);
    assert_eq!(created.await.unwrap(), WriteOutcome::Done);
    assert_eq!(load(&store, &id(1)).await, record);
    let rotated = store.rotate(&id(1), id(2), record.clone()).await;
    assert_eq!(rotated.unwrap(), WriteOutcome::Done);
    assert_eq!(load(&store, &id(2)).await, record);
    let listed = list(&store, &record.owner).await;
    assert_eq!(listed, [(id(2), record.into())]);
}

/// A store that notifies of changes tells of each update, rotation and deletion, and of no use.
pub async fn changes_are_told<S: SessionStore>(store: S) {
    let Some(mut changes) = store.changes() else {
        return;
    };
    let limit = OwnerLimit::DEFAULT;
    for number in 1..=3 {
        store.create(id(number), record("a"), limit).await.unwrap();
    }
    touch(&store, &id(1), 200).await;
    let updated = with(record("a"), 0, "1");
    store.update(&id(1), updated).await.unwrap();
    told(&mut changes, Change::Record(id(1))).await;
    let rotated = with(record("a"), 1, "1");
    store.rotate(&id(1), id(4), rotated).await.unwrap();
    told(&mut changes, Change::Record(id(1))).await;
    store.delete(&id(2)).await.unwrap();
    told(&mut changes, Change::Record(id(2))).await;
    store.delete_by_owner("a", Some(id(4))).await.unwrap();
    told(&mut changes, Change::Record(id(3))).await;
    let key = ValueKey::new("test", &[]);
    let value = Value::new([1], 1_000).unwrap();
    store.swap_value(key, None, value, 100).await.unwrap();
    told(&mut changes, Change::Value(key)).await;
}

/// Waits for a change. A store may also tell that it missed some.
async fn told(changes: &mut Changes, expected: Change) {
    let told = async {
        loop {
            match changes.next().await.expect("the store exists") {
                Change::Missed => {}
                change => return change,
            }
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(5), told).await;
    assert_eq!(told.expect("the store tells of the change"), expected);
}

/// A store can be migrated again, and asked for its health.
pub async fn it_migrates_again_and_answers<S: SessionStore>(store: S) {
    let created = store.create(id(1), record("a"), OwnerLimit::DEFAULT);
    assert_eq!(created.await.unwrap(), WriteOutcome::Done);
    store.migrate().await.unwrap();
    store.health().await.unwrap();
    assert_eq!(load(&store, &id(1)).await, record("a"));
}
