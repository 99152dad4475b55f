//! The contract of session stores.

use jam_sqlite::SqliteStore;
use tempfile::TempDir;

/// Opens a new file.
async fn new_store() -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let path = folder.path().join("app.db");
    let store = SqliteStore::open(path).expect("the file opens");
    (store, folder)
}

jam_core::store_contract!(sqlite, new_store());
