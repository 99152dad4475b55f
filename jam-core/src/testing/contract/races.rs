//! Promises about operations at the same time.

use std::sync::Arc;

use super::{id, list, load, record, with};
use crate::session::{
    AtLimit, OwnerLimit, SessionData, SessionId, SessionStore, Value, ValueKey, WriteOutcome,
};

/// Two logins at once cannot both be the last that the limit allows.
pub async fn concurrent_logins_both_count<S: SessionStore>(store: S) {
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

/// No update overwrites another one.
pub async fn concurrent_updates_lose_nothing<S: SessionStore>(store: S) {
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
pub async fn one_of_many_updates_of_a_version_wins<S: SessionStore>(store: S) {
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

/// A session never has two successors.
pub async fn one_of_two_concurrent_rotations_wins<S: SessionStore>(store: S) {
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

/// A rotation under way does not save a session from being ended.
pub async fn delete_by_owner_deletes_a_concurrently_rotated_session<S: SessionStore>(store: S) {
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
        assert!(list(&store, "a").await.is_empty());
        assert_eq!(store.load(&id(2), None).await.unwrap(), None);
    }
}

/// Of many who set a value that they saw, one wins, so that a proof counts once and no attempt is lost.
pub async fn one_of_many_swaps_of_a_value_wins<S: SessionStore>(store: S) {
    let store = Arc::new(store);
    let key = ValueKey::new("test", &[b"1"]);
    let mut present = None;
    for round in 0..20_u8 {
        let writers: Vec<_> = (0..25_u8)
            .map(|writer| {
                let (store, present) = (Arc::clone(&store), present.clone());
                tokio::spawn(async move {
                    let value = Value::new([round, writer], 1_000).unwrap();
                    let outcome = store.swap_value(key, present, value.clone(), 100).await;
                    (outcome.unwrap(), value)
                })
            })
            .collect();
        let mut winners = Vec::new();
        for writer in writers {
            match writer.await.unwrap() {
                (WriteOutcome::Done, value) => winners.push(value),
                (outcome, _) => assert_eq!(outcome, WriteOutcome::Conflict),
            }
        }
        assert_eq!(winners.len(), 1, "round {round}");
        present = winners.pop();
        let stored = store.values(&[key], 100).await.unwrap();
        assert_eq!(stored, [present.clone()], "the value is that of the winner");
    }
}
