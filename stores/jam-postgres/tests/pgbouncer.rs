//! A real PgBouncer in transaction mode between the store and the server.

mod common;

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use common::{LIMIT, SERVER, create, id, next, record, until_ok, usage};
use jam_core::session::{Change, SessionStore, WriteOutcome};
use jam_postgres::{PostgresOptions, PostgresStore};
use jam_servers::{Process, free_port};

/// Starts PgBouncer with two connections to the server, and returns the address of a database through it.
fn pgbouncer(database: &str) -> (Process, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port().expect("a port");
    let config = folder.path().join("pgbouncer.ini");
    let text = format!(
        "[databases]\n* = host=127.0.0.1 port={} user=postgres\n[pgbouncer]\nlisten_addr=127.0.0.1\n\
         listen_port={port}\nunix_socket_dir=\nauth_type=any\npool_mode=transaction\ndefault_pool_size=2\n\
         max_client_conn=100\n",
        SERVER.port()
    );
    std::fs::write(&config, text).expect("the configuration is written");
    // PgBouncer refuses to run as root.
    let script = r#"program=$(PATH="$PATH:/usr/sbin" command -v pgbouncer) || exit 127
        [ "$(id -u)" = 0 ] && exec setpriv --pdeathsig=KILL --reuid=nobody --regid=nogroup --clear-groups -- "$program" "$1"
        exec setpriv --pdeathsig=KILL -- "$program" "$1""#;
    let mut permissions = std::fs::metadata(folder.path())
        .expect("the folder")
        .permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    std::fs::set_permissions(folder.path(), permissions).expect("it may be read");
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh"]).arg(&config);
    let process = Process::start(&mut command, folder).expect("a shell");
    let url = format!("postgres://postgres@127.0.0.1:{port}/{database}?sslmode=disable");
    (process, url)
}

async fn wait_for(process: &Process, store: &PostgresStore) {
    let connected = async {
        loop {
            if store.pool().get().await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let connected = tokio::time::timeout(Duration::from_secs(10), connected).await;
    let log = process.log();
    assert!(
        connected.is_ok(),
        "these tests need PgBouncer: apt-get install pgbouncer\n{log}"
    );
}

async fn unprepared(database: &str) -> (Process, Arc<PostgresStore>) {
    let (process, url) = pgbouncer(database);
    let options = PostgresOptions::new().without_prepared_statements();
    let store = options.listen_on(SERVER.url_of(database)).connect(&url);
    let store = store.expect("the address is good");
    wait_for(&process, &store).await;
    store.migrate().await.expect("the tables are created");
    (process, Arc::new(store))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prepared_statements_behind_pgbouncer_are_an_error_that_says_how_to_go_on() {
    let database = SERVER.new_database();
    let (process, url) = pgbouncer(&database);
    let store = Arc::new(PostgresStore::connect(&url).expect("the address is good"));
    wait_for(&process, &store).await;
    until_ok(Duration::from_secs(10), || {
        let direct = PostgresStore::connect(&SERVER.url_of(&database));
        async move { direct?.migrate().await }
    })
    .await;
    let mut texts = Vec::new();
    for round in 0..10 {
        let loads: Vec<_> = (0..20)
            .map(|number| {
                let store = Arc::clone(&store);
                tokio::spawn(async move { store.load(&id(round * 20 + number), None).await })
            })
            .collect();
        for load in loads {
            texts.extend(
                load.await
                    .expect("no panic")
                    .err()
                    .map(|error| error.to_string()),
            );
        }
    }
    assert!(
        !texts.is_empty(),
        "PgBouncer prepares statements now: the advice is out of date"
    );
    for text in texts {
        assert!(
            text.contains("PgBouncer") && text.contains("without_prepared_statements"),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_prepared_statements_all_requests_pass_pgbouncer() {
    let (_process, store) = unprepared(&SERVER.new_database()).await;
    for number in 0..20 {
        create(&store, "alice", number).await;
    }
    let users: Vec<_> = (0..20)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut at = number;
                for round in 0..20_u64 {
                    let loaded = store.load(&id(at), Some(usage(200 + round))).await;
                    let loaded = loaded.expect("it answers").expect("the session exists");
                    assert_eq!(loaded.data.as_json(), number.to_string().as_bytes());
                    let record = record("alice", number);
                    let rotated = store.rotate(&id(at), id(at + 100), record).await;
                    assert_eq!(rotated.expect("it answers"), WriteOutcome::Done);
                    at += 100;
                }
            })
        })
        .collect();
    for user in users {
        user.await.expect("each request has its own answer");
    }
    let ended = store.delete_by_owner("alice", None).await;
    assert_eq!(ended.expect("it answers"), 20);
}

#[tokio::test]
async fn changes_are_heard_on_the_direct_connection_and_not_behind_pgbouncer() {
    let database = SERVER.new_database();
    let (process, store) = unprepared(&database).await;
    let (_other_process, other) = unprepared(&database).await;
    let mut changes = store.changes().expect("it tells of changes");
    assert_eq!(next(&mut changes).await, Some(Change::Missed));
    let created = other.create(id(1), record("alice", 1), LIMIT).await;
    assert_eq!(created.expect("it answers"), WriteOutcome::Done);
    assert!(other.delete(&id(1)).await.expect("it answers"));
    assert_eq!(next(&mut changes).await, Some(Change::Record(id(1))));
    drop(process);
    // A LISTEN through PgBouncer would be accepted, and nothing would come.
    let options = PostgresOptions::new().without_prepared_statements();
    let behind = options.connect("postgres://127.0.0.1/app");
    assert!(behind.expect("the address is good").changes().is_none());
}
