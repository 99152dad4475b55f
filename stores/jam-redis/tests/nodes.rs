//! Several processes, a near cache, replicas and a failover. Each store stands for a process: two stores share
//! nothing but the server.

#![allow(clippy::unwrap_used)] // a test reports an error with a panic

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jam_core::session::{
    Change, OwnerLimit, Record, SessionData, SessionStore, Value, ValueKey, WriteOutcome,
};
use jam_redis::{RedisOptions, RedisStore};
use jam_servers::proxy::{Fault, Proxy};
use jam_servers::redis::{RedisCluster, RedisSentinel, RedisServer, url};
use support::{RECOVERY, create, id, is_there, record, recovers};

/// Longest time in which a near cache may use a session that was ended elsewhere.
const WINDOW: Duration = Duration::from_secs(1);

fn near(url: &str) -> RedisStore {
    RedisOptions::new().near_cache(100).open(url).unwrap()
}

/// Loads a session until it is kept in the process.
async fn keep(store: &RedisStore, number: u32) {
    let begun = Instant::now();
    while store.load_now(&id(number)).is_none() {
        assert!(store.load(&id(number), None).await.unwrap().is_some());
        assert!(begun.elapsed() < RECOVERY, "it is never kept");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Returns the time until a session that was ended elsewhere is no longer used.
async fn time_to_forget(store: &RedisStore, number: u32) -> Duration {
    let begun = Instant::now();
    while store.load_now(&id(number)).is_some() {
        assert!(begun.elapsed() < 3 * WINDOW, "it is never forgotten");
        tokio::time::sleep(Duration::from_micros(50)).await;
    }
    begun.elapsed()
}

#[tokio::test]
async fn a_logout_on_one_node_is_seen_on_the_other_at_once() {
    let server = RedisServer::start(&[]).await.unwrap();
    let cluster = RedisCluster::start().await.unwrap();
    let pairs = [
        [(); 2].map(|()| RedisOptions::new().open(server.url()).unwrap()),
        [(); 2].map(|()| RedisOptions::new().cluster(cluster.urls()).unwrap()),
    ];
    for [one, other] in pairs {
        for number in 0..20 {
            create(&one, number).await.unwrap();
            is_there(&other, number).await;
            assert!(other.delete(&id(number)).await.unwrap());
            assert_eq!(one.load(&id(number), None).await.unwrap(), None);
        }
    }
}

#[tokio::test]
async fn changes_on_one_node_are_told_on_the_other() {
    let server = RedisServer::start(&[]).await.unwrap();
    let cluster = RedisCluster::start().await.unwrap();
    let pairs = [
        [(); 2].map(|()| RedisOptions::new().open(server.url()).unwrap()),
        [(); 2].map(|()| RedisOptions::new().cluster(cluster.urls()).unwrap()),
    ];
    for [one, other] in pairs {
        let mut changes = other.changes().unwrap();
        // It says when it listens.
        assert_eq!(changes.next().await, Some(Change::Missed));
        create(&one, 1).await.unwrap();
        one.update(&id(1), record(1)).await.unwrap();
        assert_eq!(changes.next().await, Some(Change::Record(id(1))));
        assert!(one.delete(&id(1)).await.unwrap());
        assert_eq!(changes.next().await, Some(Change::Record(id(1))));
        let key = ValueKey::new("test", &[]);
        let value = Value::new([1], 1_000).unwrap();
        one.swap_value(key, None, value, 100).await.unwrap();
        assert_eq!(changes.next().await, Some(Change::Value(key)));
    }
}

#[tokio::test]
async fn a_listener_is_told_that_it_missed_changes_while_the_server_was_down() {
    let mut server = RedisServer::start(&[]).await.unwrap();
    let store = RedisOptions::new().open(server.url()).unwrap();
    let other = RedisOptions::new().open(server.url()).unwrap();
    let mut changes = store.changes().unwrap();
    assert_eq!(changes.next().await, Some(Change::Missed));
    server.process().kill().unwrap();
    assert_eq!(changes.next().await, Some(Change::Missed));
    server.restart().await.unwrap();
    let again = tokio::time::timeout(RECOVERY, changes.next()).await;
    assert_eq!(again.unwrap(), Some(Change::Missed));
    create(&other, 1).await.unwrap();
    assert!(other.delete(&id(1)).await.unwrap());
    assert_eq!(changes.next().await, Some(Change::Record(id(1))));
}

#[tokio::test]
async fn a_near_cache_forgets_a_session_that_another_node_has_changed() {
    let server = RedisServer::start(&[]).await.unwrap();
    let (store, other) = (near(&server.url()), near(&server.url()));
    let mut times = Vec::new();
    for number in 0..100 {
        create(&other, number).await.unwrap();
        keep(&store, number).await;
        match number % 3 {
            0 => assert!(other.delete(&id(number)).await.unwrap()),
            1 => {
                let outcome = other.update(&id(number), record(number)).await.unwrap();
                assert_eq!(outcome, WriteOutcome::Done);
            }
            _ => {
                let new = id(number + 1_000);
                let outcome = other
                    .rotate(&id(number), new, record(number))
                    .await
                    .unwrap();
                assert_eq!(outcome, WriteOutcome::Done);
            }
        }
        times.push(time_to_forget(&store, number).await);
    }
    times.sort_unstable();
    println!(
        "near cache: forgotten after {:?} (median), {:?} (longest)",
        times[50], times[99]
    );
    assert!(times[99] < WINDOW);
}

/// A process sees its own changes at once.
#[tokio::test]
async fn a_near_cache_never_returns_what_its_own_process_has_changed() {
    let server = RedisServer::start(&[]).await.unwrap();
    let store = near(&server.url());
    for number in 0..100 {
        create(&store, number).await.unwrap();
        keep(&store, number).await;
        store.delete(&id(number)).await.unwrap();
        assert!(store.load_now(&id(number)).is_none());
    }
}

#[tokio::test]
async fn a_near_cache_without_messages_is_not_used_for_longer_than_its_window() {
    let server = RedisServer::start(&[]).await.unwrap();
    let proxy = Proxy::start(server.port()).await.unwrap();
    let store = RedisOptions::new().near_cache(100);
    let store = store.response_timeout(Duration::from_millis(300));
    let store = store.open(url(proxy.port())).unwrap();
    let other = near(&server.url());
    create(&other, 1).await.unwrap();
    keep(&store, 1).await;
    // The connection stays open, and nothing arrives.
    proxy.set(Fault::Stall);
    assert!(other.delete(&id(1)).await.unwrap());
    let time = time_to_forget(&store, 1).await;
    println!("near cache without messages: used for {time:?}");
    assert!(time <= WINDOW + Duration::from_millis(50), "{time:?}");
    proxy.set(Fault::None);
    let begun = Instant::now();
    loop {
        match store.load(&id(1), None).await {
            Ok(read) => {
                assert_eq!(read, None);
                break;
            }
            Err(error) => assert!(begun.elapsed() < RECOVERY, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(store.load_now(&id(1)).is_none());
}

/// While other nodes change a session all the time, a near cache never goes back to an older state.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_near_cache_never_goes_back() {
    let server = RedisServer::start(&[]).await.unwrap();
    let (store, other) = (Arc::new(near(&server.url())), near(&server.url()));
    create(&other, 1).await.unwrap();
    let ends = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (store, ends) = (Arc::clone(&store), Arc::clone(&ends));
            tokio::spawn(async move {
                let (mut last, mut kept) = (0, 0);
                while !ends.load(Ordering::Relaxed) {
                    let read = match store.load_now(&id(1)) {
                        Some(record) => {
                            kept += 1;
                            record
                        }
                        None => store.load(&id(1), None).await.unwrap().unwrap(),
                    };
                    assert!(read.version >= last, "{} after {last}", read.version);
                    last = read.version;
                    tokio::task::yield_now().await;
                }
                kept
            })
        })
        .collect();
    for version in 0..2_000 {
        let mut record = record(1);
        record.version = version;
        assert_eq!(
            other.update(&id(1), record).await.unwrap(),
            WriteOutcome::Done
        );
    }
    ends.store(true, Ordering::Relaxed);
    let mut kept = 0;
    for reader in readers {
        kept += reader.await.unwrap();
    }
    assert!(kept > 0, "the cache was never used");
}

#[tokio::test]
async fn the_new_master_is_used_after_a_failover() {
    let mut servers = RedisSentinel::start().await.unwrap();
    let addresses = [("127.0.0.1", servers.port())];
    let options = RedisOptions::new().near_cache(10).wait_for_replicas(1);
    let options = options.response_timeout(Duration::from_millis(400));
    let store = options
        .sentinel(addresses, "sessions", |servers| servers)
        .unwrap();
    create(&store, 1).await.unwrap();
    create(&store, 2).await.unwrap();
    // The replica has acknowledged this one.
    assert!(store.delete(&id(2)).await.unwrap());
    let mut changes = store.changes().unwrap();
    assert_eq!(changes.next().await, Some(Change::Missed));
    servers.servers[0].process().kill().unwrap();
    let begun = Instant::now();
    let mut down = Duration::ZERO;
    loop {
        match create(&store, 3).await {
            Ok(outcome) => {
                assert_eq!(outcome, WriteOutcome::Done);
                break;
            }
            Err(error) => {
                down = begun.elapsed();
                assert!(down < Duration::from_secs(20), "{error}");
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("failover: not available for {down:?}");
    recovers(&store, 1).await;
    assert_eq!(
        store.load(&id(2), None).await.unwrap(),
        None,
        "a logout is undone"
    );
    // No replica is left, so the end of a session cannot be acknowledged.
    let error = store.delete(&id(1)).await.unwrap_err().to_string();
    assert!(error.contains("too few replicas"), "{error}");
}

/// Without waiting for replicas, a failover can undo a logout: that is the window that the documentation names.
#[tokio::test]
async fn a_logout_is_acknowledged_by_the_replica_if_asked_for() {
    let master = RedisServer::start(&["--repl-diskless-sync-delay", "0"])
        .await
        .unwrap();
    let proxy = Proxy::start(master.port()).await.unwrap();
    let replica = RedisServer::replica(&master, proxy.port()).await.unwrap();
    let hasty = RedisOptions::new().open(master.url()).unwrap();
    let careful = RedisOptions::new()
        .wait_for_replicas(1)
        .open(master.url())
        .unwrap();
    for number in 1..=3 {
        create(&hasty, number).await.unwrap();
    }
    assert!(careful.delete(&id(3)).await.unwrap());
    // The replica no longer hears the master.
    proxy.set(Fault::Stall);
    assert!(hasty.delete(&id(1)).await.unwrap());
    let error = careful.delete(&id(2)).await.unwrap_err().to_string();
    assert!(error.contains("too few replicas"), "{error}");
    // A repetition is not acknowledged either, although the master has nothing to delete any more.
    let error = careful.delete(&id(2)).await.unwrap_err().to_string();
    assert!(error.contains("too few replicas"), "{error}");
    drop(master);
    replica.send("REPLICAOF NO ONE").await.unwrap();
    let after = RedisOptions::new().open(replica.url()).unwrap();
    is_there(&after, 1).await;
    assert_eq!(after.load(&id(3), None).await.unwrap(), None);
}

/// A session of an owner with many sessions is created, listed and ended in a cluster as anywhere.
#[tokio::test]
async fn the_sessions_of_an_owner_are_on_all_nodes_of_a_cluster() {
    let cluster = RedisCluster::start().await.unwrap();
    let store = RedisOptions::new().cluster(cluster.urls()).unwrap();
    for number in 0..60 {
        let data = SessionData::from_json("{}");
        let record = Record::new("ann".to_owned(), data, 100, 10_000);
        store
            .create(id(number), record, OwnerLimit::DEFAULT)
            .await
            .unwrap();
    }
    for node in &cluster.nodes {
        let keys = node.send("DBSIZE").await.unwrap();
        let keys: u32 = keys.trim_start_matches(':').trim().parse().unwrap();
        assert!(keys > 5, "{keys} keys");
    }
    assert_eq!(store.delete_by_owner("ann", None).await.unwrap(), 60);
    for options in [
        RedisOptions::new().near_cache(1),
        RedisOptions::new().wait_for_replicas(1),
    ] {
        assert!(options.cluster(cluster.urls()).is_err());
    }
}
