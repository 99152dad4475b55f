//! The promises of [`SessionStore`], as tests that run on any store.

pub mod owners;
pub mod races;
pub mod records;
pub mod values;

use std::future::Future;
use std::sync::Arc;
use std::thread;

use crate::session::{Page, Record, SessionData, SessionId, SessionStore, Usage};

/// Tests that a session store keeps every promise of [`SessionStore`].
///
/// `store_contract!(name, new_store());` makes a module `name` with one test for each promise. The expression
/// is awaited in each test and returns an empty store, or a pair of the store and a value that the test drops
/// last, such as the folder of the store. The name of a test that fails is the promise that is
/// broken.
///
/// ```
/// use jam::session::{MemoryStore, SessionStore};
///
/// async fn new_store() -> impl SessionStore {
///     MemoryStore::new()
/// }
///
/// jam::testing::store_contract!(memory, new_store());
/// ```
///
/// # Panics
///
/// A test panics if the promise is broken.
#[macro_export]
macro_rules! store_contract {
    ($name:ident, $new_store:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $crate::store_contract! {
                @promises ($new_store)
                create_is_insert_only in records;
                update_compares_the_version in records;
                only_create_and_rotate_add_a_session in records;
                load_records_a_due_use in records;
                a_use_only_moves_forward_and_keeps_the_version in records;
                load_now_never_returns_an_older_record in records;
                rotate_replaces_a_session in records;
                rotate_rejects_a_missing_session in records;
                an_id_that_was_never_issued_is_not_found in records;
                a_session_is_found_by_its_lineage in records;
                a_record_is_kept_whole in records;
                changes_are_told in records;
                it_migrates_again_and_answers in records;
                an_owner_has_no_more_sessions_than_the_limit in owners;
                many_sessions_of_one_owner_are_all_listed in owners;
                owners_with_similar_names_are_distinguished in owners;
                delete_by_owner_keeps_the_given_session in owners;
                a_list_has_pages in owners;
                concurrent_logins_both_count in races;
                concurrent_updates_lose_nothing in races;
                one_of_many_updates_of_a_version_wins in races;
                one_of_two_concurrent_rotations_wins in races;
                delete_by_owner_deletes_a_concurrently_rotated_session in races;
                one_of_many_swaps_of_a_value_wins in races;
                swap_value_compares_the_value in values;
                values_are_read_in_order in values;
                an_expired_value_is_missing in values;
                a_value_of_another_key_is_not_found in values;
            }
        }
    };
    (@promises $new_store:tt $($promise:ident in $part:ident;)*) => {
        $($crate::store_contract!(@promise $new_store $promise $part);)*
    };
    (@promise ($new_store:expr) $promise:ident $part:ident) => {
        #[test]
        fn $promise() {
            $crate::testing::contract::run(stringify!($promise), async {
                let fresh = $new_store.await;
                let (store, _folder) = $crate::testing::contract::Fresh::divide(fresh);
                $crate::testing::contract::$part::$promise(store).await;
            });
        }
    };
}

/// A store for one test, alone or with a value that must live as long.
pub trait Fresh {
    /// The store.
    type Store: SessionStore;
    /// The value that must live as long.
    type Folder;

    /// Returns the store and the value.
    fn divide(self) -> (Self::Store, Self::Folder);
}

impl<S: SessionStore> Fresh for S {
    type Store = S;
    type Folder = ();

    fn divide(self) -> (S, ()) {
        (self, ())
    }
}

impl<S: SessionStore, F> Fresh for (S, F) {
    type Store = S;
    type Folder = F;

    fn divide(self) -> Self {
        self
    }
}

/// Runs the test of a promise.
///
/// # Panics
///
/// If the promise is broken.
pub fn run(promise: &'static str, test: impl Future<Output = ()>) {
    /// Names the promise if the test panics.
    struct Named(&'static str);

    impl Drop for Named {
        fn drop(&mut self) {
            if thread::panicking() {
                eprintln!("the store breaks a promise of `SessionStore`: {}", self.0);
            }
        }
    }

    let _named = Named(promise);
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(4).enable_all().build();
    runtime.unwrap().block_on(test);
}

fn id(at: u8) -> SessionId {
    let mut bytes = [0; 32];
    // The eighth byte selects a shard of the memory store. Some ids share a shard, and some do not.
    bytes[0] = at;
    bytes[7] = at % 64;
    SessionId::from_bytes(bytes)
}

fn record(owner: &str) -> Record {
    Record::new(owner.to_owned(), SessionData::from_json("{}"), 100, 10_000)
}

fn with(mut record: Record, version: u64, data: &str) -> Record {
    record.version = version;
    record.data = SessionData::from_json(data);
    record
}

/// Loads a session that no other task writes at this time.
async fn load(store: &impl SessionStore, id: &SessionId) -> Record {
    let record = store.load(id, None).await.unwrap().unwrap();
    if let Some(load_now) = store.load_now(id) {
        assert_eq!(
            load_now, record,
            "`load_now` and `load` return the same record"
        );
    }
    Arc::unwrap_or_clone(record)
}

/// Notes a use of the session at `now`.
async fn touch(store: &impl SessionStore, id: &SessionId, now: u64) {
    let usage = Usage {
        now,
        interval: 0,
        idle_timeout: u64::MAX,
    };
    store.load(id, Some(usage)).await.unwrap();
}

/// Returns all records of an owner.
async fn list(store: &impl SessionStore, owner: &str) -> Vec<(SessionId, Arc<Record>)> {
    let mut all = Vec::new();
    let mut next = Some(Page::FIRST);
    while let Some(page) = next {
        let records = store.list_by_owner(owner, page).await.unwrap();
        next = page.next(&records);
        all.extend(records);
    }
    all
}
