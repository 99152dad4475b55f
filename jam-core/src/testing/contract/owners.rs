//! Promises about the sessions of one owner.

use super::{id, list, record, touch};
use crate::session::{AtLimit, OwnerLimit, Page, SessionId, SessionStore, WriteOutcome};

/// The limit of an owner counts sessions that are alive.
pub async fn an_owner_has_no_more_sessions_than_the_limit<S: SessionStore>(store: S) {
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
    assert_eq!(list(&store, "a").await.len(), 3);
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
    let mut kept: Vec<_> = list(&store, "c")
        .await
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    kept.sort_unstable();
    assert_eq!(kept, [id(16), id(17)]);
}

/// A list has every session once.
pub async fn many_sessions_of_one_owner_are_all_listed<S: SessionStore>(store: S) {
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
    let listed = list(&store, "a").await;
    let mut listed: Vec<_> = listed.into_iter().map(|(id, _)| id).collect();
    listed.sort();
    ids.sort();
    assert_eq!(listed, ids);
    assert_eq!(store.delete_by_owner("a", None).await.unwrap(), 1_500);
    assert!(list(&store, "a").await.is_empty());
}

/// A name may have any character, and is not a pattern.
pub async fn owners_with_similar_names_are_distinguished<S: SessionStore>(store: S) {
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
        let listed = list(&store, owner).await;
        assert_eq!(listed, [(id(at), record(owner).into())], "{owner:?}");
    }
    for (at, owner) in (1..).zip(owners) {
        assert_eq!(store.delete_by_owner(owner, None).await.unwrap(), 1);
        assert_eq!(store.load(&id(at), None).await.unwrap(), None);
        assert_eq!(store.delete_by_owner(owner, None).await.unwrap(), 0);
    }
}

/// All sessions but one can be ended.
pub async fn delete_by_owner_keeps_the_given_session<S: SessionStore>(store: S) {
    for at in 1..=5 {
        store
            .create(id(at), record("a"), OwnerLimit::DEFAULT)
            .await
            .unwrap();
    }
    assert_eq!(store.delete_by_owner("a", Some(id(3))).await.unwrap(), 4);
    let listed = list(&store, "a").await;
    assert_eq!(listed, [(id(3), record("a").into())]);
}

/// A list can be read in pages: each record once, also if the last one of a page is deleted meanwhile.
pub async fn a_list_has_pages<S: SessionStore>(store: S) {
    for number in 1..=25 {
        let created = store.create(id(number), record("a"), OwnerLimit::DEFAULT);
        assert_eq!(created.await.unwrap(), WriteOutcome::Done);
    }
    let other = store.create(id(30), record("b"), OwnerLimit::DEFAULT);
    assert_eq!(other.await.unwrap(), WriteOutcome::Done);
    let mut read = Vec::new();
    let mut lengths = Vec::new();
    let first = Page {
        after: None,
        most: 10,
    };
    let mut next = Some(first);
    while let Some(page) = next {
        let records = store.list_by_owner("a", page).await.unwrap();
        next = page.next(&records);
        lengths.push(records.len());
        if let Some((last, _)) = records.last() {
            assert!(store.delete(last).await.unwrap());
        }
        read.extend(records.into_iter().map(|(id, _)| id));
    }
    assert_eq!(lengths, [10, 10, 5]);
    read.sort_unstable();
    let mut all: Vec<_> = (1..=25).map(id).collect();
    all.sort_unstable();
    assert_eq!(read, all);
}
