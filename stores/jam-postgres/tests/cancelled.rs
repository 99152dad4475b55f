//! Requests that are dropped before the answer, as those of clients that go away.

mod common;

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use common::{LIMIT, SERVER, create, id, record, store, told, usage};
use jam_core::session::{Change, Page, SessionStore, WriteOutcome};
use jam_postgres::PostgresOptions;
use jam_servers::proxy::{Fault, Proxy};
use tokio::time::{sleep, timeout};

/// Waits for a condition. Returns `false` if it does not hold in time.
async fn until(mut holds: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    while !holds() {
        if begun.elapsed() > Duration::from_secs(5) {
            return false;
        }
        sleep(Duration::from_millis(5)).await;
    }
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_answer_of_a_dropped_request_never_goes_to_another_one() {
    let database = SERVER.new_database();
    let url = SERVER.url_of(&database);
    let store = PostgresOptions::new().connections(2).connect(&url);
    let store = Arc::new(store.expect("the address is good"));
    store.migrate().await.expect("the tables are created");
    for number in 0..20 {
        create(&store, &format!("alice {number}"), number).await;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|first| {
            let (store, stop) = (Arc::clone(&store), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut number = first;
                let mut count = 0;
                while !stop.load(Ordering::Relaxed) {
                    number = (number + 3) % 20;
                    let loaded = store.load(&id(number), Some(usage(200))).await;
                    let loaded = loaded.expect("it answers").expect("the session exists");
                    assert_eq!(loaded.data.as_json(), number.to_string().as_bytes());
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut dropped = 0;
    for round in 0..1_500_u64 {
        // Each operation is dropped at many points, from before it has a connection to after its answer.
        let time = Duration::from_micros(round * 37 % 2_000);
        let (old, new) = (id(1_000 + round as u32), id(5_000 + round as u32));
        let owner = format!("bob {round}");
        let is_late = match round % 5 {
            0 => timeout(time, store.load(&id(round as u32 % 20), None))
                .await
                .is_err(),
            1 => timeout(time, store.create(old, record(&owner, 1), LIMIT))
                .await
                .is_err(),
            2 => timeout(time, store.list_by_owner("alice 3", Page::FIRST))
                .await
                .is_err(),
            3 => timeout(time, store.delete_by_owner(&owner, None))
                .await
                .is_err(),
            _ => {
                let created = store.create(old, record(&owner, 1), LIMIT).await;
                assert_eq!(created.expect("it answers"), WriteOutcome::Done);
                let late = timeout(time, store.rotate(&old, new, record(&owner, 1))).await;
                let listed = store.list_by_owner(&owner, Page::FIRST).await;
                assert_eq!(listed.expect("it answers").len(), 1, "one of both exists");
                late.is_err()
            }
        };
        dropped += u32::from(is_late);
    }
    stop.store(true, Ordering::Relaxed);
    let mut loaded = 0;
    for reader in readers {
        loaded += reader.await.expect("each request has its own answer");
    }
    println!("{dropped} of 1500 dropped, {loaded} loaded");
    assert!((100..1_500).contains(&dropped), "{dropped}");
    let open = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND state LIKE 'idle in%'"
    );
    let begun = Instant::now();
    while SERVER.sql("postgres", &open) != "0" {
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "a transaction is open"
        );
        sleep(Duration::from_millis(20)).await;
    }
    let begun = Instant::now();
    while store.pool().status().available != store.pool().status().size {
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "a connection is lost"
        );
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_dropped_request_costs_no_connection() {
    let url = SERVER.url_of(&SERVER.new_database());
    let store = PostgresOptions::new().connections(1).connect(&url);
    let store = store.expect("the address is good");
    store.migrate().await.expect("the tables are created");
    let backend = || async {
        let client = store.pool().get().await.expect("a connection");
        let row = client.query_one("SELECT pg_backend_pid()", &[]).await;
        row.expect("it answers").get::<_, i32>(0)
    };
    let before = backend().await;
    for _ in 0..20 {
        // The request is sent at the first poll.
        let unknown = id(1);
        let mut load = Box::pin(store.load(&unknown, None));
        poll_fn(|context| {
            assert!(load.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        drop(load);
        let back = until(|| store.pool().status().available == 1).await;
        assert!(back, "the connection does not come back");
    }
    assert_eq!(backend().await, before);
}

#[tokio::test]
async fn a_connection_that_hangs_leaves_the_pool_after_its_request_was_dropped() {
    let proxy = Proxy::start(SERVER.port()).await.expect("a proxy");
    let url = SERVER.url_of(&SERVER.new_database());
    let url = url.replace(&SERVER.port().to_string(), &proxy.port().to_string());
    let store = store(&url).await;
    proxy.set(Fault::Stall);
    let late = timeout(Duration::from_millis(100), store.load(&id(1), None)).await;
    assert!(late.is_err(), "{late:?}");
    let is_gone = until(|| store.pool().status().size == 0).await;
    assert!(is_gone, "the next request would wait for it");
}

#[tokio::test]
async fn a_change_is_told_although_its_request_was_dropped() {
    let store = store(&SERVER.url_of(&SERVER.new_database())).await;
    create(&store, "alice", 1).await;
    let mut changes = store.changes().expect("it tells of changes");
    told(&mut changes, Change::Missed).await;
    let lock = store.pool().get().await.expect("a connection");
    let sql = "BEGIN; SELECT FROM jam_sessions FOR UPDATE";
    lock.batch_execute(sql).await.expect("a lock");
    let late = timeout(Duration::from_millis(200), store.delete(&id(1))).await;
    assert!(late.is_err(), "{late:?}");
    lock.batch_execute("ROLLBACK")
        .await
        .expect("the lock is released");
    told(&mut changes, Change::Record(id(1))).await;
    assert_eq!(store.load(&id(1), None).await.expect("it answers"), None);
}
