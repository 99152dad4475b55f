//! Tables, prefixes, rows that cannot be decoded, and changes between processes.

mod common;

use std::time::{Duration, Instant};

use common::{
    LIMIT, SERVER, assert_names, create, id, new_database, next, record, store, told, usage, value,
};
use jam_core::session::{Change, Page, Record, SessionStore, Value, ValueKey, WriteOutcome};
use jam_postgres::{PostgresOptions, PostgresStore};
use jam_servers::proxy::{Fault, Proxy};

fn with_prefix(url: &str, prefix: &str) -> PostgresStore {
    let store = PostgresOptions::new().prefix(prefix).connect(url);
    store.expect("the prefix is good")
}

#[tokio::test]
async fn two_prefixes_are_two_applications() {
    let url = new_database();
    let [one, other] = ["one_", "other_"].map(|prefix| with_prefix(&url, prefix));
    for store in [&one, &other] {
        store.migrate().await.expect("the tables are created");
    }
    let mut changes = other.changes().expect("it tells of changes");
    told(&mut changes, Change::Missed).await;
    create(&one, "alice", 1).await;
    assert_eq!(other.load(&id(1), None).await.expect("it answers"), None);
    assert_eq!(other.find(&id(1)).await.expect("it answers"), None);
    assert!(!other.delete(&id(1)).await.expect("it answers"));
    create(&other, "alice", 1).await;
    let ended = other.delete_by_owner("alice", None).await;
    assert_eq!(ended.expect("it answers"), 1);
    assert!(one.load(&id(1), None).await.expect("it answers").is_some());
    let key = ValueKey::new("test", &[]);
    let set = one.swap_value(key, None, value("1"), 100).await;
    assert_eq!(set.expect("it answers"), WriteOutcome::Done);
    assert_eq!(other.values(&[key], 100).await.expect("it answers"), [None]);
    // The change of `one` comes before that of `other`, and is not heard.
    assert!(one.delete(&id(1)).await.expect("it answers"));
    let set = other.swap_value(key, None, value("1"), 100).await;
    assert_eq!(set.expect("it answers"), WriteOutcome::Done);
    assert_eq!(next(&mut changes).await, Some(Change::Record(id(1))));
    assert_eq!(next(&mut changes).await, Some(Change::Value(key)));
}

#[tokio::test]
async fn a_prefix_that_sql_would_have_to_quote_is_refused() {
    let made = PostgresOptions::new()
        .prefix("a\"; DROP TABLE x")
        .connect("host=localhost");
    assert_names(made, "prefix");
}

#[tokio::test]
async fn eight_processes_may_migrate_at_once() {
    let url = new_database();
    let migrations: Vec<_> = (0..8)
        .map(|_| {
            let store = PostgresStore::connect(&url).expect("the address is good");
            tokio::spawn(async move { store.migrate().await })
        })
        .collect();
    for migration in migrations {
        let migrated = migration.await.expect("no panic");
        migrated.expect("the tables exist");
    }
    let database = url.split(['/', '?']).nth(3).expect("a database");
    assert_eq!(SERVER.sql(database, "SELECT version FROM jam_schema"), "1");
}

#[tokio::test]
async fn missing_tables_are_an_error_that_names_migrate() {
    let store = PostgresStore::connect(&new_database()).expect("the address is good");
    assert_names(store.load(&id(1), None).await, "call `migrate`");
    assert_names(store.load(&id(1), Some(usage(1))).await, "call `migrate`");
    let created = store.create(id(1), record("alice", 1), LIMIT).await;
    assert_names(created, "call `migrate`");
    assert_names(store.health().await, "call `migrate`");
}

#[tokio::test]
async fn tables_of_another_version_are_an_error() {
    let database = SERVER.new_database();
    let store = store(&SERVER.url_of(&database)).await;
    for (version, part) in [(0, "earlier"), (2, "later")] {
        SERVER.sql(
            &database,
            &format!("UPDATE jam_schema SET version = {version}"),
        );
        assert_names(store.migrate().await, part);
        assert_names(store.health().await, part);
    }
}

#[tokio::test]
async fn a_user_without_permissions_may_use_tables_that_exist() {
    let database = SERVER.new_database();
    let url = SERVER.url_of(&database);
    let owner = PostgresStore::connect(&url).expect("the address is good");
    let schema = owner.schema();
    let user = format!("user_of_{database}");
    let sql = format!(
        "CREATE ROLE {user} LOGIN; {schema} {schema}
         GRANT SELECT, INSERT, UPDATE, DELETE ON jam_sessions, jam_values TO {user};
         GRANT SELECT ON jam_schema TO {user};"
    );
    SERVER.sql(&database, &sql);
    let url = url.replace("postgres@", &format!("{user}@"));
    let store = store(&url).await;
    create(&store, "alice", 1).await;
    SERVER.sql(
        &database,
        &format!("REVOKE DELETE ON jam_sessions FROM {user}"),
    );
    assert_names(store.delete(&id(1)).await, "permission");
}

#[tokio::test]
async fn a_row_that_cannot_be_decoded_is_no_session() {
    let database = SERVER.new_database();
    let store = store(&SERVER.url_of(&database)).await;
    for number in 1..=6 {
        create(&store, "alice", number).await;
    }
    for (number, garbage) in [
        (1, r"lineage = '\x0102'"),
        (2, "auth_time = -1"),
        (3, "version = -1"),
    ] {
        let set = format!(
            "UPDATE jam_sessions SET {garbage} WHERE id = '\\x{}'",
            id(number)
        );
        SERVER.sql(&database, &set);
    }
    SERVER.sql(
        &database,
        r"INSERT INTO jam_sessions VALUES ('\x07'::bytea, 'alice', NULL, 0, 100, 100, 10000, 10000, '1')",
    );
    let owner = r"UPDATE jam_sessions SET owner = '\xff' WHERE data = '4'";
    SERVER.sql(&database, owner);
    for number in 1..=4 {
        for usage in [None, Some(usage(200))] {
            let loaded = store.load(&id(number), usage).await;
            assert_eq!(loaded.expect("it is no error"), None, "{number}");
        }
    }
    // The page is full although rows are left out, and so it is not taken for the last one.
    let mut page = Page {
        after: None,
        most: 1,
    };
    for number in [5, 6] {
        let listed = store.list_by_owner("alice", page).await;
        let listed = listed.expect("it answers");
        assert_eq!(
            listed.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
            [id(number)]
        );
        page = page.next(&listed).expect("there may be another page");
    }
    // All of them can be deleted: four with an owner that is still right, and two good ones.
    let ended = store.delete_by_owner("alice", None).await;
    assert_eq!(ended.expect("it answers"), 6);
}

#[tokio::test]
async fn a_value_that_cannot_be_decoded_is_no_value() {
    let database = SERVER.new_database();
    let store = store(&SERVER.url_of(&database)).await;
    let keys = [b"1", b"2"].map(|text| ValueKey::new("test", &[text]));
    for key in keys {
        let set = store.swap_value(key, None, value("1"), 100).await;
        assert_eq!(set.expect("it answers"), WriteOutcome::Done);
    }
    let hex: String = keys[0]
        .as_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let long =
        format!("UPDATE jam_values SET bytes = repeat('x', 1025)::bytea WHERE key = '\\x{hex}'");
    SERVER.sql(&database, &long);
    let read = store.values(&keys, 100).await.expect("it is no error");
    assert_eq!(read, [None, Some(value("1"))]);
}

#[tokio::test]
async fn an_owner_may_have_a_long_name_that_cannot_be_compressed() {
    let store = store(&new_database()).await;
    let mut state = 1_u64;
    let long: String = (0..20_000)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            char::from(b' ' + (state >> 33) as u8 % 95)
        })
        .collect();
    create(&store, &long, 1).await;
    let listed = store.list_by_owner(&long, Page::FIRST).await;
    assert_eq!(listed.expect("it answers").len(), 1);
}

#[tokio::test]
async fn rows_stay_for_a_day_after_their_end_and_then_go() {
    const DAY: u64 = 86_400;
    let database = SERVER.new_database();
    let store = store(&SERVER.url_of(&database)).await;
    let at = |now: u64, idle: u64| {
        let mut record = record("alice", 1);
        (record.auth_time, record.last_seen, record.idle) = (now, now, idle);
        record.expires_at = Record::LAST;
        record
    };
    // It ends at 10 days and 1 s.
    for number in 1..=6 {
        let created = store.create(id(number), at(10 * DAY, 1), LIMIT).await;
        assert_eq!(created.expect("it answers"), WriteOutcome::Done);
    }
    let count = || SERVER.sql(&database, "SELECT count(*) FROM jam_sessions");
    let later = store
        .create(id(10), at(11 * DAY, Record::LAST), LIMIT)
        .await;
    assert_eq!(later.expect("it answers"), WriteOutcome::Done);
    assert_eq!(count(), "7", "a day is not over");
    for (number, left) in [(11, "4"), (12, "3"), (13, "4")] {
        let created = store
            .create(id(number), at(12 * DAY, Record::LAST), LIMIT)
            .await;
        assert_eq!(created.expect("it answers"), WriteOutcome::Done);
        assert_eq!(count(), left, "four are deleted at a time");
    }
    // Values go in the same way.
    let key = |text: &str| ValueKey::new("test", &[text.as_bytes()]);
    for text in ["1", "2"] {
        let value = Value::new("x", 10 * DAY).expect("it is short");
        let set = store.swap_value(key(text), None, value, 1).await;
        assert_eq!(set.expect("it answers"), WriteOutcome::Done);
    }
    let count = || SERVER.sql(&database, "SELECT count(*) FROM jam_values");
    for (text, now, left) in [("3", 11 * DAY, "3"), ("4", 11 * DAY + 1, "2")] {
        let value = Value::new("x", 20 * DAY).expect("it is short");
        let set = store.swap_value(key(text), None, value, now).await;
        assert_eq!(set.expect("it answers"), WriteOutcome::Done);
        assert_eq!(count(), left);
    }
}

#[tokio::test]
async fn most_uses_change_no_index() {
    let database = SERVER.new_database();
    let store = store(&SERVER.url_of(&database)).await;
    create(&store, "alice", 1).await;
    for now in 101..=300 {
        store
            .load(&id(1), Some(usage(now)))
            .await
            .expect("it answers");
    }
    // The counters of a connection are sent at its end.
    store.pool().close();
    let counters =
        "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'jam_sessions'";
    let begun = Instant::now();
    loop {
        let read = SERVER.sql(&database, counters);
        let (all, hot) = read.split_once('|').expect("two numbers");
        if all == "200" {
            // A use whose page is full moves to another page.
            let hot: u32 = hot.parse().expect("a number");
            assert!(hot > 150, "{hot} of 200");
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{read}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_operation_takes_one_round_trip() {
    const DELAY: Duration = Duration::from_millis(150);
    let url = new_database();
    let proxy = Proxy::start(SERVER.port()).await.expect("a proxy");
    let url = url.replace(&SERVER.port().to_string(), &proxy.port().to_string());
    let store = PostgresOptions::new().connections(1).connect(&url);
    let store = store.expect("the address is good");
    store.migrate().await.expect("the tables are created");
    // The second time all statements are prepared.
    for (from, delay) in [(0, Fault::None), (10, Fault::Delay(DELAY))] {
        proxy.set(delay);
        let begun = Instant::now();
        let lap = |name: &str, most: u32| {
            let took = begun.elapsed();
            println!("{name}: {took:?}");
            assert!(
                delay == Fault::None || took < DELAY * most,
                "{name}: {took:?}"
            );
        };
        create(&store, "alice", from).await;
        // The proxy delays each packet, and a transaction may be answered in two.
        lap("create", 3);
        store.load(&id(from), None).await.expect("it answers");
        lap("load", 5);
        let mut rarely = usage(101);
        rarely.interval = 60;
        let early = store.load(&id(from), Some(rarely)).await;
        early.expect("it answers");
        lap("load with a use that is not due", 6);
        let due = store.load(&id(from), Some(usage(200))).await;
        due.expect("it answers");
        lap("load with a use that is due", 8);
        let updated = store.update(&id(from), record("alice", 1)).await;
        assert_eq!(updated.expect("it answers"), WriteOutcome::Done);
        lap("update", 9);
        assert!(store.delete(&id(from)).await.expect("it answers"));
        lap("delete", 10);
    }
}
