//! The contract of session stores.

mod common;

use common::SERVER;
use jam_core::session::SessionStore;
use jam_postgres::{PostgresOptions, PostgresStore};

async fn new_store() -> PostgresStore {
    let store = PostgresStore::connect(&common::new_database()).expect("the address is good");
    store.migrate().await.expect("the tables are created");
    store
}

async fn without_prepared_statements() -> PostgresStore {
    let url = common::new_database();
    let options = PostgresOptions::new()
        .without_prepared_statements()
        .listen_on(&url);
    let store = options.connect(&url).expect("the address is good");
    store.migrate().await.expect("the tables are created");
    store
}

/// A database whose transactions see one snapshot, unless they ask for another way.
async fn with_isolation(level: &str) -> PostgresStore {
    let database = SERVER.new_database();
    let set = format!("ALTER DATABASE {database} SET default_transaction_isolation = '{level}'");
    SERVER.sql("postgres", &set);
    let store = PostgresStore::connect(&SERVER.url_of(&database)).expect("the address is good");
    store.migrate().await.expect("the tables are created");
    store
}

/// The tables of the documentation, with the sessions in four partitions.
async fn partitioned() -> PostgresStore {
    let database = SERVER.new_database();
    let mut sessions = ") PARTITION BY HASH (id);".to_owned();
    for part in 0..4 {
        sessions += &format!(
            "CREATE TABLE jam_sessions_{part} PARTITION OF jam_sessions
             FOR VALUES WITH (MODULUS 4, REMAINDER {part}) WITH (fillfactor = 90);"
        );
    }
    let whole = ") WITH (fillfactor = 90);";
    let tables = include_str!("../src/schema.sql");
    assert!(tables.contains(whole));
    SERVER.sql(&database, &tables.replace(whole, &sessions));
    let store = PostgresStore::connect(&SERVER.url_of(&database)).expect("the address is good");
    store.migrate().await.expect("the tables are there");
    store
}

jam_core::store_contract!(postgres, new_store());
jam_core::store_contract!(unprepared, without_prepared_statements());
jam_core::store_contract!(repeatable_read, with_isolation("repeatable read"));
jam_core::store_contract!(serializable, with_isolation("serializable"));
jam_core::store_contract!(in_partitions, partitioned());
