//! Servers that are down, hang, are slow, cut connections, or refuse commands.

#![allow(clippy::unwrap_used)] // a test reports an error with a panic

mod support;

use std::sync::Arc;
use std::time::Duration;

use jam_core::session::{OwnerLimit, SessionId, SessionStore, WriteOutcome};
use jam_redis::{RedisOptions, RedisStore};
use jam_servers::free_port;
use jam_servers::proxy::{Fault, Proxy};
use jam_servers::redis::{RedisCluster, RedisServer, send, url};
use support::{create, fails, id, is_there, record, recovers};

const TIMEOUT: Duration = Duration::from_millis(300);

fn open(url: &str) -> RedisStore {
    let options = RedisOptions::new().response_timeout(TIMEOUT);
    options.open(url).unwrap()
}

#[tokio::test]
async fn a_server_that_is_down_at_the_start_is_an_error_and_is_used_once_it_is_up() {
    let port = free_port().unwrap();
    let store = open(&url(port));
    fails(store.load(&id(1), None), "Redis refuses connections").await;
    fails(store.migrate(), "Redis refuses connections").await;
    fails(RedisStore::connect(url(port)), "Redis refuses connections").await;
    let mut server = RedisServer::start(&[]).await.unwrap();
    let store = open(&server.url());
    create(&store, 1).await.unwrap();
    server.process().kill().unwrap();
    let late = open(&server.url());
    fails(late.load(&id(1), None), "Redis refuses connections").await;
    server.restart().await.unwrap();
    recovers(&late, 1).await;
}

#[tokio::test]
async fn a_killed_server_is_used_again_after_its_restart_and_has_lost_nothing() {
    let mut server = RedisServer::start(&[]).await.unwrap();
    let store = open(&server.url());
    for number in 0..20 {
        assert_eq!(create(&store, number).await.unwrap(), WriteOutcome::Done);
    }
    assert!(store.delete(&id(7)).await.unwrap());
    server.process().kill().unwrap();
    for _ in 0..3 {
        assert!(store.load(&id(1), None).await.is_err());
        assert!(
            store.delete(&id(1)).await.is_err(),
            "a logout is not acknowledged"
        );
    }
    server.restart().await.unwrap();
    recovers(&store, 1).await;
    for number in (0..20).filter(|number| *number != 7) {
        is_there(&store, number).await;
    }
    assert_eq!(store.load(&id(7), None).await.unwrap(), None);
}

#[tokio::test]
async fn a_server_that_hangs_is_an_error_in_time_and_is_used_again() {
    let mut server = RedisServer::start(&[]).await.unwrap();
    let store = Arc::new(open(&server.url()));
    create(&store, 1).await.unwrap();
    server.process().hang().unwrap();
    fails(store.load(&id(1), None), "Redis did not").await;
    // All requests fail in time, not one after the other.
    let loads = (0..50).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { fails(store.load(&id(1), None), "Redis did not").await })
    });
    for load in loads.collect::<Vec<_>>() {
        load.await.unwrap();
    }
    server.process().go_on().unwrap();
    recovers(&*store, 1).await;
}

/// A caller that gives up before the store's own timeout does not keep a dead connection alive.
#[tokio::test]
async fn a_connection_is_given_up_by_impatient_callers_too() {
    let server = RedisServer::start(&[]).await.unwrap();
    let proxy = Proxy::start(server.port()).await.unwrap();
    let options = RedisOptions::new().response_timeout(Duration::from_secs(60));
    let store = options.open(url(proxy.port())).unwrap();
    create(&store, 1).await.unwrap();
    // The present connection never answers again. A new one works.
    proxy.set(Fault::StallPresent);
    let (mut attempts, session) = (0, id(1));
    loop {
        let load = tokio::time::timeout(Duration::from_millis(50), store.load(&session, None));
        if let Ok(Ok(Some(_))) = load.await {
            break;
        }
        attempts += 1;
        assert!(attempts < 50, "the dead connection is still in use");
    }
}

#[tokio::test]
async fn a_slow_server_is_waited_for_until_the_timeout() {
    let server = RedisServer::start(&[]).await.unwrap();
    let proxy = Proxy::start(server.port()).await.unwrap();
    let store = open(&url(proxy.port()));
    create(&store, 1).await.unwrap();
    proxy.set(Fault::Delay(Duration::from_millis(50)));
    is_there(&store, 1).await;
    proxy.set(Fault::Delay(Duration::from_secs(5)));
    fails(store.load(&id(1), None), "Redis did not").await;
    proxy.set(Fault::None);
    recovers(&store, 1).await;
}

/// Each request gets its own answer or an error, also if others are cancelled and the connection is cut in the
/// middle of an answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_gets_the_answer_of_another_one() {
    const SESSIONS: u32 = 64;
    let server = RedisServer::start(&[]).await.unwrap();
    let direct = open(&server.url());
    for number in 0..SESSIONS {
        create(&direct, number).await.unwrap();
    }
    let proxy = Arc::new(Proxy::start(server.port()).await.unwrap());
    let store = Arc::new(open(&url(proxy.port())));
    let mut failed = 0;
    for round in 0..150_u32 {
        let loads: Vec<_> = (0..SESSIONS)
            .map(|number| {
                let store = Arc::clone(&store);
                tokio::spawn(async move {
                    let read = store.load(&id(number), None).await;
                    if let Ok(read) = &read {
                        let read = read.as_ref().expect("the session exists");
                        assert_eq!(**read, record(number), "the session of another user");
                    }
                    read.is_err()
                })
            })
            .collect();
        match round % 3 {
            0 => proxy.set(Fault::CutAfter(1 + 97 * round as usize % 4_000)),
            1 => tokio::task::yield_now().await,
            _ => proxy.set(Fault::None),
        }
        for (number, load) in loads.into_iter().enumerate() {
            if number % 7 == 3 {
                load.abort();
            }
            match load.await {
                Ok(is_error) => failed += u32::from(is_error),
                Err(error) => assert!(error.is_cancelled(), "{error}"),
            }
        }
    }
    assert!(failed > 0, "no connection was cut");
    proxy.set(Fault::None);
    recovers(&*store, 1).await;
}

/// Of a rotation that is cut anywhere, either the old session or the new one is alive.
#[tokio::test]
async fn a_rotation_that_is_cut_leaves_one_session() {
    let server = RedisServer::start(&[]).await.unwrap();
    let direct = open(&server.url());
    let proxy = Proxy::start(server.port()).await.unwrap();
    let mut moved = 0;
    for round in 0..120_u32 {
        let (old, new) = (id(2 * round), id(2 * round + 1));
        let mut record = record(2 * round);
        record.lineage = old;
        let created = direct
            .create(old, record.clone(), OwnerLimit::DEFAULT)
            .await;
        assert_eq!(created.unwrap(), WriteOutcome::Done);
        let store = open(&url(proxy.port()));
        store.health().await.unwrap();
        // The answers of a rotation have some 300 bytes. The connection is cut in all of them.
        proxy.set(Fault::CutAfter(5 + 3 * round as usize));
        let outcome = store.rotate(&old, new, record).await;
        proxy.set(Fault::None);
        let read = async |id: &SessionId| direct.load(id, None).await.unwrap().is_some();
        let alive = [read(&old).await, read(&new).await];
        assert!(
            alive == [true, false] || alive == [false, true],
            "round {round}: {alive:?}"
        );
        if let Ok(outcome) = outcome {
            assert_eq!(outcome, WriteOutcome::Done);
            assert_eq!(alive, [false, true], "round {round}");
        }
        moved += u32::from(alive[1]);
        // It is found, and can be ended.
        let present = if alive[1] { new } else { old };
        assert_eq!(
            direct.find(&old).await.unwrap(),
            Some(present),
            "round {round}"
        );
        let owner = format!("user {}", 2 * round);
        assert_eq!(
            direct.delete_by_owner(&owner, None).await.unwrap(),
            1,
            "round {round}"
        );
        assert_eq!(
            [read(&old).await, read(&new).await],
            [false, false],
            "round {round}"
        );
    }
    assert!((10..110).contains(&moved), "{moved} rotations were done");
}

#[tokio::test]
async fn refused_commands_are_errors_with_their_cause_and_no_missing_sessions() {
    let server = RedisServer::start(&[]).await.unwrap();
    let store = open(&server.url());
    create(&store, 1).await.unwrap();
    for (command, undo, text) in [
        (
            "CONFIG SET maxmemory 1",
            "CONFIG SET maxmemory 0",
            "the memory of Redis is full",
        ),
        (
            "REPLICAOF 127.0.0.1 1",
            "REPLICAOF NO ONE",
            "read-only replica",
        ),
        (
            "CONFIG SET min-replicas-to-write 3",
            "CONFIG SET min-replicas-to-write 0",
            "too few replicas",
        ),
    ] {
        assert!(
            server.send(command).await.unwrap().starts_with("+OK"),
            "{command}"
        );
        let error = create(&store, 2).await.unwrap_err().to_string();
        assert!(error.contains(text), "{command}: {error}");
        let error = store.delete(&id(1)).await;
        // With a full memory, deletions go on.
        if command.contains("maxmemory") {
            assert!(error.unwrap());
            server.send(undo).await.unwrap();
            create(&store, 1).await.unwrap();
        } else {
            assert!(error.unwrap_err().to_string().contains(text));
        }
        server.send(undo).await.unwrap();
        recovers(&store, 1).await;
    }
    server
        .send("CONFIG SET requirepass my-password")
        .await
        .unwrap();
    let late = open(&server.url());
    fails(late.load(&id(1), None), "password").await;
    let wrong = open(&format!(
        "redis://:wrong-password@127.0.0.1:{}/",
        server.port()
    ));
    let error = wrong.load(&id(1), None).await.unwrap_err().to_string();
    assert!(
        error.contains("password") && !error.contains("wrong-password"),
        "{error}"
    );
}

#[tokio::test]
async fn a_node_of_a_cluster_says_how_to_open_the_store() {
    let cluster = RedisCluster::start().await.unwrap();
    let store = open(&cluster.nodes[0].url());
    let mut errors = Vec::new();
    for number in 0..20 {
        errors.extend(store.load(&id(number), None).await.err());
    }
    let error = errors
        .first()
        .expect("most sessions are on other nodes")
        .to_string();
    assert!(error.contains("RedisOptions::cluster"), "{error}");
}

#[tokio::test]
async fn a_server_that_loads_its_data_is_an_error() {
    let options = ["--appendonly", "no", "--enable-debug-command", "yes"];
    let mut server = RedisServer::start(&options).await.unwrap();
    let store = open(&server.url());
    create(&store, 1).await.unwrap();
    // Enough keys that loading them takes a while.
    for command in ["DEBUG POPULATE 2000 filler 100", "SAVE"] {
        let answer = server.send(command).await.unwrap();
        assert!(answer.starts_with("+OK"), "{command}: {answer}");
    }
    server.process().kill().unwrap();
    server.restart_slowly().await.unwrap();
    let mut seen = false;
    for _ in 0..2_000 {
        match store.load(&id(1), None).await {
            Ok(read) => {
                assert!(read.is_some(), "a session is missing while Redis loads");
                break;
            }
            Err(error) => seen |= error.to_string().contains("is loading its data"),
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert!(seen, "Redis was never loading");
    is_there(&store, 1).await;
}

#[tokio::test]
async fn a_value_that_cannot_be_read_is_no_session_and_disturbs_no_other_one() {
    let server = RedisServer::start(&[]).await.unwrap();
    let store = open(&server.url());
    for number in 1..=6 {
        let mut record = record(number);
        "a".clone_into(&mut record.owner);
        let limit = OwnerLimit::DEFAULT;
        store.create(id(number), record, limit).await.unwrap();
    }
    let client = redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let key = |number: u32| [b"jam:s:".as_slice(), id(number).as_bytes()].concat();
    let whole: Vec<u8> = redis::cmd("GET")
        .arg(key(1))
        .query_async(&mut connection)
        .await
        .unwrap();
    let cut = whole[..60].to_vec();
    let mut later = whole.clone();
    later[0] = 2;
    let mut text = whole.clone();
    text[78] = 0xff;
    let mut long = whole.clone();
    long[74..78].fill(0xff);
    for (number, garbage) in [(1, cut), (2, later), (3, text), (4, long), (5, Vec::new())] {
        let set: String = redis::cmd("SET")
            .arg(key(number))
            .arg(garbage)
            .query_async(&mut connection)
            .await
            .unwrap();
        assert_eq!(set, "OK");
        assert_eq!(
            store.load(&id(number), None).await.unwrap(),
            None,
            "{number}"
        );
        assert_eq!(store.find(&id(number)).await.unwrap(), None, "{number}");
    }
    assert!(store.load(&id(6), None).await.unwrap().is_some());
    let page = jam_core::session::Page::FIRST;
    assert_eq!(store.list_by_owner("a", page).await.unwrap().len(), 1);
    assert_eq!(store.delete_by_owner("a", None).await.unwrap(), 1);
}

/// With TLS the certificate of the server is checked.
#[cfg(feature = "tls")]
#[tokio::test]
async fn a_server_with_tls_is_used_if_its_certificate_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("cert.pem"), cert.pem()).unwrap();
    std::fs::write(path("key.pem"), signing_key.serialize_pem()).unwrap();
    let port = free_port().unwrap().to_string();
    let (cert_file, key_file) = (path("cert.pem"), path("key.pem"));
    let options = [
        "--tls-port",
        &port,
        "--tls-auth-clients",
        "no",
        "--tls-cert-file",
        &cert_file,
        "--tls-key-file",
        &key_file,
        "--tls-ca-cert-file",
        &cert_file,
    ];
    let _server = RedisServer::start(&options).await.unwrap();
    let url = format!("rediss://localhost:{port}/");
    for near in [0, 10] {
        let options = RedisOptions::new()
            .root_certificate(cert.pem())
            .near_cache(near);
        let store = options
            .prefix(format!("{near}:"))
            .open(url.as_str())
            .unwrap();
        create(&store, 1).await.unwrap();
        is_there(&store, 1).await;
    }
    let stranger = RedisOptions::new().open(url.as_str()).unwrap();
    let error = stranger.load(&id(1), None).await.unwrap_err().to_string();
    assert!(
        error.contains("the connection to Redis was lost"),
        "{error}"
    );
}

#[tokio::test]
async fn two_applications_in_one_server_do_not_see_each_other() {
    let server = RedisServer::start(&[]).await.unwrap();
    let [shop, blog] = ["shop:", "blog:"].map(|prefix| {
        let options = RedisOptions::new().prefix(prefix);
        options.open(server.url()).unwrap()
    });
    create(&shop, 1).await.unwrap();
    assert_eq!(blog.load(&id(1), None).await.unwrap(), None);
    assert_eq!(blog.delete_by_owner("user 1", None).await.unwrap(), 0);
    assert_eq!(create(&blog, 1).await.unwrap(), WriteOutcome::Done);
    assert!(blog.delete(&id(1)).await.unwrap());
    is_there(&shop, 1).await;
    let error = RedisOptions::new().prefix("a{b}").open(server.url());
    assert!(error.unwrap_err().to_string().contains("prefix"));
    // Every key has the prefix, so that an ACL can separate the two.
    let keys = send(server.port(), "KEYS *").await.unwrap();
    assert!(
        keys.lines().any(|line| line.starts_with("shop:")),
        "{keys:?}"
    );
}

/// F9: the time that Redis keeps a session is longer than the session, moves with its uses, and does not depend on
/// the clock of the application.
#[tokio::test]
async fn redis_keeps_a_session_an_hour_longer_than_it_lives_by_any_clock() {
    const HOUR: u64 = 3_600;
    let server = RedisServer::start(&[]).await.unwrap();
    let store = open(&server.url());
    let client = redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut left = async |id: SessionId| -> u64 {
        let key = [b"jam:s:".as_slice(), id.as_bytes()].concat();
        let ttl: u64 = redis::cmd("TTL")
            .arg(key)
            .query_async(&mut connection)
            .await
            .unwrap();
        ttl
    };
    // The application's clock is far behind, right, and far ahead.
    for (number, now) in [(10, 100), (20, 1_800_000_000), (30, 9_000_000_000)] {
        let mut record = record(number);
        (record.auth_time, record.last_seen) = (now, now);
        (record.expires_at, record.idle) = (now + 10 * HOUR, HOUR);
        record.lineage = id(number);
        let limit = OwnerLimit::DEFAULT;
        store
            .create(id(number), record.clone(), limit)
            .await
            .unwrap();
        assert!((2 * HOUR - 10..=2 * HOUR).contains(&left(id(number)).await));
        let usage = jam_core::session::Usage {
            now: now + 1_800,
            interval: 60,
            idle_timeout: HOUR,
        };
        store.load(&id(number), Some(usage)).await.unwrap();
        let used = 2 * HOUR + 1_800;
        assert!((used - 10..=used).contains(&left(id(number)).await));
        record.last_seen = now + 1_800;
        let new = id(number + 1);
        assert_eq!(
            store.rotate(&id(number), new, record).await.unwrap(),
            WriteOutcome::Done
        );
        assert!((2 * HOUR - 10..=2 * HOUR).contains(&left(new).await));
    }
}
