//! Faults of the server and of the network. Each test but those of settings has a server of its own.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::{SERVER, assert_names, create, id, record, store, told, until_ok, usage};
use jam_core::session::{Change, SessionStore, WriteOutcome};
use jam_postgres::{PostgresOptions, PostgresStore};
use jam_servers::postgres::Postgres;
use jam_servers::proxy::{Fault, Proxy};
use tokio::task::JoinHandle;

/// Time in which a store has to use a server again that is back.
const RECOVERY: Duration = Duration::from_secs(5);

/// Requests that load the sessions from 0 to `sessions` until they are stopped. A session that is not found is
/// a user who is signed out, and another one is a mix-up: both fail the test.
struct Traffic {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    failed: Arc<AtomicUsize>,
    tasks: Vec<JoinHandle<()>>,
}

impl Traffic {
    fn start(store: &Arc<PostgresStore>, sessions: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let [answered, failed] = <[Arc<AtomicUsize>; 2]>::default();
        let tasks = (0..8)
            .map(|first| {
                let store = Arc::clone(store);
                let (stop, answered, failed) = (
                    Arc::clone(&stop),
                    Arc::clone(&answered),
                    Arc::clone(&failed),
                );
                tokio::spawn(async move {
                    let mut number = first;
                    while !stop.load(Ordering::Relaxed) {
                        number = (number + 7) % sessions;
                        let usage = (number % 2 == 0).then(|| usage(200));
                        match store.load(&id(number), usage).await {
                            Ok(loaded) => {
                                let loaded = loaded.expect("the session exists");
                                let data = number.to_string();
                                assert_eq!(loaded.data.as_json(), data.as_bytes());
                                answered.fetch_add(1, Ordering::Relaxed);
                            }
                            Err(_) => {
                                failed.fetch_add(1, Ordering::Relaxed);
                                tokio::time::sleep(Duration::from_millis(1)).await;
                            }
                        }
                    }
                })
            })
            .collect();
        Self {
            stop,
            answered,
            failed,
            tasks,
        }
    }

    /// Waits until this number of further requests was answered.
    async fn answers(&self, more: usize) {
        wait_for(&self.answered, more).await;
    }

    /// Waits until this number of further requests has failed.
    async fn failures(&self, more: usize) {
        wait_for(&self.failed, more).await;
    }

    async fn stop(self) -> (usize, usize) {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.expect("no request was answered wrongly");
        }
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        (count(&self.answered), count(&self.failed))
    }
}

async fn wait_for(counter: &AtomicUsize, more: usize) {
    let (begun, before) = (Instant::now(), counter.load(Ordering::Relaxed));
    while counter.load(Ordering::Relaxed) < before + more {
        assert!(begun.elapsed() < 2 * RECOVERY, "no further requests");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Returns a store with sessions from 0 to 20.
async fn with_sessions(url: &str, options: PostgresOptions) -> Arc<PostgresStore> {
    let store = options.connect(url).expect("the address is good");
    store.migrate().await.expect("the tables are created");
    for number in 0..20 {
        create(&store, &format!("alice {number}"), number).await;
    }
    Arc::new(store)
}

/// Returns a proxy in front of a server, and the address of a database through it.
async fn proxy(server: &Postgres) -> (Proxy, String) {
    let proxy = Proxy::start(server.port()).await.expect("a proxy");
    let url = server.url_of(&server.new_database());
    let url = url.replace(&server.port().to_string(), &proxy.port().to_string());
    (proxy, url)
}

#[tokio::test]
async fn a_server_that_is_down_at_the_start_is_an_error_and_is_used_once_it_is_up() {
    let mut server = Postgres::start();
    server.kill();
    let store = PostgresStore::connect(&server.url()).expect("the address is good");
    assert_names(store.migrate().await, "refused");
    assert_names(store.load(&id(1), None).await, "refused");
    let mut changes = store.changes().expect("it tells of changes");
    server.restart();
    let took = until_ok(RECOVERY, || store.migrate()).await;
    println!("recovered in {took:?}");
    told(&mut changes, Change::Missed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_is_used_again_after_its_restart() {
    // It keeps what it acknowledged.
    let mut server = Postgres::with(&[]);
    let store = with_sessions(&server.url(), PostgresOptions::new()).await;
    let mut changes = store.changes().expect("it tells of changes");
    told(&mut changes, Change::Missed).await;
    let traffic = Traffic::start(&store, 20);
    traffic.answers(100).await;
    server.kill();
    traffic.failures(20).await;
    told(&mut changes, Change::Missed).await;
    assert!(
        store.delete(&id(1)).await.is_err(),
        "a logout is not acknowledged"
    );
    server.restart();
    let begun = Instant::now();
    traffic.answers(100).await;
    println!("recovered in {:?}", begun.elapsed());
    assert!(begun.elapsed() < RECOVERY, "{:?}", begun.elapsed());
    told(&mut changes, Change::Missed).await;
    traffic.stop().await;
    assert!(store.delete(&id(1)).await.expect("it was not deleted"));
    told(&mut changes, Change::Record(id(1))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_fails_requests_in_time_and_is_used_again() {
    const TIMEOUT: Duration = Duration::from_millis(500);
    let server = Postgres::start();
    let options = PostgresOptions::new().timeout(TIMEOUT).connections(4);
    let store = with_sessions(&server.url(), options).await;
    let mut changes = store.changes().expect("it tells of changes");
    told(&mut changes, Change::Missed).await;
    server.hang();
    for round in 0..8 {
        let begun = Instant::now();
        assert_names(store.load(&id(1), None).await, "in time");
        let took = begun.elapsed();
        assert!(took < 2 * TIMEOUT, "round {round}: {took:?}");
    }
    // More requests than the pool has connections.
    let begun = Instant::now();
    let loads: Vec<_> = (0..20)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.load(&id(number), None).await })
        })
        .collect();
    for load in loads {
        assert!(load.await.expect("no panic").is_err());
    }
    assert!(begun.elapsed() < 2 * TIMEOUT, "{:?}", begun.elapsed());
    // The connection that listens notices it too.
    told(&mut changes, Change::Missed).await;
    server.go_on();
    let begun = Instant::now();
    let traffic = Traffic::start(&store, 20);
    traffic.answers(100).await;
    println!("recovered in {:?}", begun.elapsed());
    assert!(begun.elapsed() < RECOVERY, "{:?}", begun.elapsed());
    told(&mut changes, Change::Missed).await;
    traffic.stop().await;
    assert!(store.pool().status().size <= 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_network_is_endured_up_to_the_timeout() {
    let (proxy, url) = proxy(&SERVER).await;
    let options = PostgresOptions::new().timeout(Duration::from_secs(1));
    let store = with_sessions(&url, options).await;
    for delay in [10, 50] {
        proxy.set(Fault::Delay(Duration::from_millis(delay)));
        let traffic = Traffic::start(&store, 20);
        traffic.answers(50).await;
        let (_, failed) = traffic.stop().await;
        assert_eq!(failed, 0, "{delay} ms");
    }
    proxy.set(Fault::Delay(Duration::from_secs(5)));
    let begun = Instant::now();
    assert!(store.load(&id(1), None).await.is_err());
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    proxy.set(Fault::None);
    until_ok(2 * RECOVERY, || async { store.load(&id(1), None).await }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_cut_in_an_answer_never_gives_it_to_another_request() {
    let (proxy, url) = proxy(&SERVER).await;
    let store = with_sessions(&url, PostgresOptions::new().connections(3)).await;
    let traffic = Traffic::start(&store, 20);
    for round in 0..30 {
        // The start of a connection takes some 400 bytes, and a prepared statement with its answer 500.
        for cut in [Fault::CutAfter(300 + 97 * round), Fault::Cut] {
            proxy.set(cut);
            traffic.failures(2).await;
        }
        proxy.set(Fault::None);
        traffic.answers(20).await;
    }
    let (answered, failed) = traffic.stop().await;
    println!("{answered} answered, {failed} failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_the_server_ends_are_replaced() {
    let database = SERVER.new_database();
    let url = SERVER.url_of(&database);
    let store = with_sessions(&url, PostgresOptions::new()).await;
    let mut changes = store.changes().expect("it tells of changes");
    told(&mut changes, Change::Missed).await;
    let traffic = Traffic::start(&store, 20);
    let end = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{database}' \
         AND pid <> pg_backend_pid()"
    );
    for _ in 0..10 {
        traffic.answers(50).await;
        let ended: u32 = SERVER.sql("postgres", &end).parse().expect("a number");
        assert!(ended > 1, "{ended}");
    }
    traffic.answers(50).await;
    let (answered, failed) = traffic.stop().await;
    println!("{answered} answered, {failed} failed");
    // Once for the connection that is lost, and once for the next one.
    told(&mut changes, Change::Missed).await;
    told(&mut changes, Change::Missed).await;
    let deleted = until_ok(RECOVERY, || async { store.delete(&id(1)).await });
    deleted.await;
    told(&mut changes, Change::Record(id(1))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_in_a_killed_server_leaves_one_of_both_records() {
    const SESSIONS: u32 = 6;
    let mut server = Postgres::with(&[]);
    let store = store(&server.url()).await;
    for number in 0..SESSIONS {
        create(&store, &format!("alice {number}"), 1_000_000 * number).await;
    }
    let mut current: Vec<u32> = (0..SESSIONS).map(|number| 1_000_000 * number).collect();
    let mut total = 0;
    for _ in 0..5 {
        let rotated = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = current
            .iter()
            .zip(0..)
            .map(|(&first, number)| {
                let (store, rotated) = (Arc::clone(&store), Arc::clone(&rotated));
                tokio::spawn(async move {
                    let mut at = first;
                    let record = record(&format!("alice {number}"), number);
                    loop {
                        match store.rotate(&id(at), id(at + 1), record.clone()).await {
                            Ok(outcome) => assert_eq!(outcome, WriteOutcome::Done),
                            // It may have been done or not.
                            Err(_) => return at,
                        }
                        at += 1;
                        rotated.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        wait_for(&rotated, 30).await;
        server.kill();
        let mut last = Vec::new();
        for task in tasks {
            last.push(task.await.expect("no rotation failed in another way"));
        }
        server.restart();
        for (at, current) in last.into_iter().zip(&mut current) {
            until_ok(RECOVERY, || store.health()).await;
            let old = store
                .load(&id(at), None)
                .await
                .expect("it answers")
                .is_some();
            let new = store
                .load(&id(at + 1), None)
                .await
                .expect("it answers")
                .is_some();
            assert!(old != new, "old {old}, new {new}");
            *current = if old { at } else { at + 1 };
        }
        total += rotated.load(Ordering::Relaxed);
        assert_eq!(
            server.sql("postgres", "SELECT count(*) FROM jam_sessions"),
            SESSIONS.to_string()
        );
    }
    println!("{total} rotations, 5 kills");
}
