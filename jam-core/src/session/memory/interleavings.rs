//! Threads that use one store in many orders: `scripts/interleavings`.

use std::future::Future;
use std::sync::Arc;

use shuttle::thread;

use super::MemoryStore;
use crate::session::data::SessionData;
use crate::session::id::SessionId;
use crate::session::record::Record;
use crate::session::store::{AtLimit, OwnerLimit, Page, SessionStore, WriteOutcome};
use crate::session::value::{Value, ValueKey};

/// Orders that are tried at random, and as many that are chosen to find bugs of few switches of threads.
const ORDERS: usize = 300;
const NOW: u64 = 100;
const PAGE: Page = Page {
    after: None,
    most: 100,
};

fn each_order(test: fn(Arc<MemoryStore>)) {
    let test = move || test(Arc::new(MemoryStore::new()));
    shuttle::check_random(test, ORDERS);
    shuttle::check_pct(test, ORDERS, 3);
}

fn wait<T>(future: impl Future<Output = Result<T, crate::base::error::StoreError>>) -> T {
    shuttle::future::block_on(future).expect("memory does not fail")
}

/// Ids whose shards differ, or not.
fn id(number: u8) -> SessionId {
    let mut bytes = [9; 32];
    bytes[0] = number % 3;
    bytes[7] = number;
    SessionId::from_bytes(bytes)
}

fn record(lineage: u8, number: u64) -> Record {
    let data = SessionData::from_json(number.to_string());
    Record {
        lineage: id(lineage),
        ..Record::new("ann".to_owned(), data, NOW, 10_000)
    }
}

fn number(record: &Record) -> u64 {
    let text = str::from_utf8(record.data.as_json()).expect("a number");
    text.parse().expect("a number")
}

fn create(store: &MemoryStore, session: u8, limit: OwnerLimit) -> WriteOutcome {
    wait(store.create(id(session), record(session, 0), limit))
}

/// Returns the id and the record of a session that may have been rotated.
fn current(store: &MemoryStore, lineage: u8) -> Option<(SessionId, Arc<Record>)> {
    loop {
        let id = wait(store.find(&id(lineage)))?;
        // Between the two it may have been rotated again.
        if let Some(record) = wait(store.load(&id, None)) {
            return Some((id, record));
        }
    }
}

/// Adds one to the session's number, and returns `false` if the session has ended.
fn increment(store: &MemoryStore, lineage: u8) -> bool {
    while let Some((id, record)) = current(store, lineage) {
        let data = SessionData::from_json((number(&record) + 1).to_string());
        let changed = Record {
            data,
            ..Record::clone(&record)
        };
        if wait(store.update(&id, changed)) == WriteOutcome::Done {
            return true;
        }
    }
    false
}

fn rotate(store: &MemoryStore, lineage: u8, to: u8) -> bool {
    while let Some((old, record)) = current(store, lineage) {
        if wait(store.rotate(&old, id(to), Record::clone(&record))) == WriteOutcome::Done {
            assert!(wait(store.load(&old, None)).is_none(), "an old id works");
            return true;
        }
    }
    false
}

fn end(store: &MemoryStore, lineage: u8) {
    while let Some((id, _)) = current(store, lineage) {
        wait(store.delete(&id));
    }
}

fn list(store: &MemoryStore) -> Vec<(SessionId, Arc<Record>)> {
    wait(store.list_by_owner("ann", PAGE))
}

#[test]
fn no_update_is_lost_while_a_session_is_rotated() {
    each_order(|store| {
        create(&store, 0, OwnerLimit::DEFAULT);
        let threads: Vec<_> = (1..=2)
            .map(|thread| {
                let store = Arc::clone(&store);
                thread::spawn(move || {
                    assert!(increment(&store, 0));
                    assert!(rotate(&store, 0, thread));
                    assert!(increment(&store, 0));
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("a thread");
        }
        let (_, record) = current(&store, 0).expect("it is alive");
        assert_eq!(number(&record), 4);
        assert_eq!(list(&store).len(), 1);
        assert_eq!(store.len(), 1);
    });
}

#[test]
fn a_session_that_has_ended_does_not_come_back() {
    each_order(|store| {
        create(&store, 0, OwnerLimit::DEFAULT);
        let others: [fn(&MemoryStore); 2] = [
            |store| {
                rotate(store, 0, 1);
                rotate(store, 0, 2);
            },
            |store| {
                increment(store, 0);
            },
        ];
        let others = others.map(|other| {
            let store = Arc::clone(&store);
            thread::spawn(move || other(&store))
        });
        end(&store, 0);
        let is_gone = |store: &MemoryStore| current(store, 0).is_none() && list(store).is_empty();
        assert!(is_gone(&store));
        for other in others {
            other.join().expect("a thread");
        }
        assert!(is_gone(&store));
        assert!(store.is_empty());
        assert!(store.rotated(&id(0)).is_empty());
    });
}

#[test]
fn the_end_of_all_sessions_ends_those_that_are_rotated_meanwhile() {
    each_order(|store| {
        create(&store, 0, OwnerLimit::DEFAULT);
        create(&store, 1, OwnerLimit::DEFAULT);
        let rotating = {
            let store = Arc::clone(&store);
            thread::spawn(move || rotate(&store, 0, 2))
        };
        let creating = {
            let store = Arc::clone(&store);
            thread::spawn(move || create(&store, 3, OwnerLimit::DEFAULT))
        };
        assert!(wait(store.delete_by_owner("ann", None)) >= 2);
        assert!(current(&store, 0).is_none() && current(&store, 1).is_none());
        rotating.join().expect("a thread");
        creating.join().expect("a thread");
        assert!(current(&store, 0).is_none());
        // That one may have come later.
        let later = usize::from(current(&store, 3).is_some());
        assert_eq!((list(&store).len(), store.len()), (later, later));
    });
}

#[test]
fn the_limit_of_an_owner_holds() {
    for at_limit in [AtLimit::Reject, AtLimit::EndLeastRecentlyUsed] {
        let test = move || {
            let store = Arc::new(MemoryStore::new());
            let limit = OwnerLimit { most: 2, at_limit };
            let threads: Vec<_> = (0..4)
                .map(|session| {
                    let store = Arc::clone(&store);
                    thread::spawn(move || create(&store, session, limit))
                })
                .collect();
            let outcomes = threads.into_iter().map(|it| it.join().expect("a thread"));
            let done = outcomes.filter(|outcome| *outcome == WriteOutcome::Done);
            let expected = if at_limit == AtLimit::Reject { 2 } else { 4 };
            assert_eq!(done.count(), expected);
            assert_eq!((list(&store).len(), store.len()), (2, 2));
        };
        shuttle::check_random(test, ORDERS);
        shuttle::check_pct(test, ORDERS, 3);
    }
}

#[test]
fn one_of_two_exchanges_of_a_value_wins() {
    each_order(|store| {
        let key = ValueKey::new("test", &[b"counter"]);
        let read = move |store: &MemoryStore| wait(store.values(&[key], NOW)).remove(0);
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let store = Arc::clone(&store);
                thread::spawn(move || {
                    loop {
                        let present = read(&store);
                        let count = present.as_ref().map_or(0, |value| value.bytes[0]);
                        let next = Value::new([count + 1], 1_000).expect("it is short");
                        let swapped = wait(store.swap_value(key, present, next, NOW));
                        if swapped == WriteOutcome::Done {
                            break;
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("a thread");
        }
        assert_eq!(*read(&store).expect("it is set").bytes, [3]);
    });
}
