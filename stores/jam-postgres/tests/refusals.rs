//! Statements that the server refuses.

mod common;

use std::sync::Arc;

use common::{LIMIT, SERVER, assert_names, create, id, record, store, usage};
use jam_core::session::{SessionStore, WriteOutcome};
use jam_postgres::{PostgresOptions, PostgresStore};
use jam_servers::postgres::Postgres;

#[tokio::test]
async fn a_read_only_database_is_an_error_that_says_so() {
    let database = SERVER.new_database();
    let url = SERVER.url_of(&database);
    let first = store(&url).await;
    create(&first, "alice", 1).await;
    let set = format!("ALTER DATABASE {database} SET default_transaction_read_only = on");
    SERVER.sql("postgres", &set);
    let store = PostgresStore::connect(&url).expect("the address is good");
    assert_names(store.migrate().await, "read-only");
    assert_names(
        store.create(id(2), record("alice", 2), LIMIT).await,
        "read-only",
    );
    assert_names(store.update(&id(1), record("alice", 2)).await, "read-only");
    let rotated = store.rotate(&id(1), id(2), record("alice", 2)).await;
    assert_names(rotated, "read-only");
    assert_names(store.delete(&id(1)).await, "read-only");
    assert_names(store.delete_by_owner("alice", None).await, "read-only");
    // It may be a replica that is behind, which knows sessions that have ended.
    assert_names(store.load(&id(1), Some(usage(200))).await, "read-only");
    assert_names(store.load(&id(1), None).await, "read-only");
    let back = format!("ALTER DATABASE {database} RESET default_transaction_read_only");
    SERVER.sql("postgres", &back);
    assert!(first.delete(&id(1)).await.expect("nothing was deleted"));
}

#[tokio::test]
async fn a_statement_timeout_is_an_error_and_leaves_nothing_half_done() {
    let database = SERVER.new_database();
    let url = SERVER.url_of(&database);
    let other = store(&url).await;
    create(&other, "alice", 1).await;
    let url = format!("{url}&options=-c%20statement_timeout%3D200");
    let store = PostgresOptions::new().connections(1).connect(&url);
    let store = store.expect("the address is good");
    let client = other.pool().get().await.expect("a connection");
    let lock = "BEGIN; SELECT FROM jam_sessions FOR UPDATE";
    client.batch_execute(lock).await.expect("a lock");
    assert_names(
        store.update(&id(1), record("alice", 2)).await,
        "statement_timeout",
    );
    let rotated = store.rotate(&id(1), id(2), record("alice", 2)).await;
    assert_names(rotated, "statement_timeout");
    let ended = store.delete_by_owner("alice", None).await;
    assert_names(ended, "statement_timeout");
    client
        .batch_execute("ROLLBACK")
        .await
        .expect("the lock is released");
    // The one connection has no transaction left that has failed.
    let rotated = store.rotate(&id(1), id(2), record("alice", 2)).await;
    assert_eq!(rotated.expect("it answers"), WriteOutcome::Done);
    assert!(
        store
            .load(&id(2), None)
            .await
            .expect("it answers")
            .is_some()
    );
}

/// Makes the next `times` updates of a session fail with this SQLSTATE.
fn fail(database: &str, code: &str, times: u32) {
    SERVER.sql(
        database,
        &format!(
            "CREATE SEQUENCE IF NOT EXISTS failures;
             SELECT setval('failures', 1, false);
             CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF nextval('failures') <= {times} THEN
                     RAISE EXCEPTION 'row of alice' USING ERRCODE = '{code}', DETAIL = 'alice';
                 END IF;
                 RETURN NEW;
             END $$;
             CREATE OR REPLACE TRIGGER fail BEFORE UPDATE ON jam_sessions FOR EACH ROW EXECUTE FUNCTION fail();"
        ),
    );
}

#[tokio::test]
async fn an_operation_that_the_server_undid_is_repeated_once_and_others_are_not() {
    let database = SERVER.new_database();
    let store = store(&SERVER.url_of(&database)).await;
    create(&store, "alice", 1).await;
    for code in ["40001", "40P01"] {
        fail(&database, code, 1);
        let updated = store.update(&id(1), record("alice", 1)).await;
        assert_eq!(updated.expect("it is repeated"), WriteOutcome::Done);
        SERVER.sql(&database, "UPDATE jam_sessions SET version = 0");
        fail(&database, code, 2);
        assert_names(store.update(&id(1), record("alice", 1)).await, code);
    }
    for (code, part) in [
        ("53100", "the disk of the database is full"),
        ("23505", "23505"),
        ("22000", "22000"),
    ] {
        fail(&database, code, 1);
        assert_names(store.update(&id(1), record("alice", 1)).await, part);
        let calls = SERVER.sql(&database, "SELECT last_value FROM failures");
        assert_eq!(calls, "1", "{code}");
    }
}

#[tokio::test]
async fn a_server_without_a_free_connection_is_an_error_that_says_so() {
    let server = Postgres::with(&[
        "fsync=off",
        "max_connections=4",
        "superuser_reserved_connections=0",
    ]);
    let url = server.url();
    let options = PostgresOptions::new().connections(8);
    let store = Arc::new(options.connect(&url).expect("the address is good"));
    store.migrate().await.expect("the tables are created");
    let mut held = Vec::new();
    let error = loop {
        match store.pool().get().await {
            Ok(client) => held.push(client),
            Err(_) => break store.load(&id(1), None).await,
        }
    };
    assert_names(error, "no connection left");
    drop(held);
    assert_eq!(store.load(&id(1), None).await.expect("it answers"), None);
}

#[tokio::test]
async fn a_wrong_database_or_user_is_an_error_that_says_so() {
    let url = SERVER.url();
    let missing = url.replace("/postgres?", "/missing?");
    let user = url.replace("postgres@", "nobody_such@");
    for (url, part) in [(missing, "does not exist"), (user, "refused the user")] {
        let store = PostgresStore::connect(&url).expect("the address is good");
        assert_names(store.health().await, part);
    }
}
