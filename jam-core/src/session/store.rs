//! The contract of session stores. A new store implements [`SessionStore`]; the promises in `testing/`
//! run on each.

use std::future::Future;
use std::sync::Arc;

use super::change::Changes;
use super::id::SessionId;
use super::record::{Record, Usage};
use super::value::{Value, ValueKey};
use crate::base::decision::BoxFuture;
use crate::base::error::StoreError;

/// The outcome of a write to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)] // a fourth outcome would have to be handled by every caller
pub enum WriteOutcome {
    /// The store has written it.
    Done,
    /// Another write came first, or an id is taken. Nothing was written.
    Conflict,
    /// The session does not exist. Nothing was written.
    Missing,
    /// The owner has as many sessions as the limit allows. Nothing was written.
    Full,
}

/// The limit of sessions for each owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)] // two facts, which a store has to heed
pub struct OwnerLimit {
    /// The largest number of sessions of one owner.
    pub most: u32,
    /// The effect of a login beyond that number.
    pub at_limit: AtLimit,
}

impl OwnerLimit {
    /// 1,000 sessions. One more ends the least recently used one.
    pub const DEFAULT: Self = Self {
        most: 1_000,
        at_limit: AtLimit::EndLeastRecentlyUsed,
    };
}

/// The effect of a login of an owner with as many sessions as the limit allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)] // a store has to heed all of them
pub enum AtLimit {
    /// The least recently used session of the owner ends.
    EndLeastRecentlyUsed,
    /// The login fails with [`ErrorKind::SessionLimit`](crate::base::error::ErrorKind::SessionLimit): 409.
    Reject,
}

/// A part of the list of an owner's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)] // two facts, which a store has to heed
pub struct Page {
    /// The last record of the page before, or `None` for the first page. The record may be gone.
    pub after: Option<SessionId>,
    /// The largest number of records of this page, at least 1.
    pub most: u32,
}

impl Page {
    /// The first page, of at most 256 records.
    pub const FIRST: Self = Self {
        after: None,
        most: 256,
    };

    /// Returns the page after this one, or `None` if `records` were fewer than the page may have.
    pub fn next<T>(self, records: &[(SessionId, T)]) -> Option<Self> {
        let (last, _) = records.last()?;
        (records.len() >= self.most as usize).then_some(Self {
            after: Some(*last),
            ..self
        })
    }
}

/// A store of sessions, and of [small values](ValueKey) for what is not a session.
///
/// Every operation is atomic, and two operations on one session run one after the other. Only
/// [`create`](Self::create) and [`rotate`](Self::rotate) may create a record. An update of a session that
/// was deleted meanwhile returns [`WriteOutcome::Missing`]; otherwise a request that is still under way
/// could undo a logout.
///
/// `Ok` means that the store has done the operation, as durably as it promises. If it failed or does not
/// know, it returns `Err` and never an empty result: the request is then answered with 503, and the user
/// stays signed in.
pub trait SessionStore: Send + Sync + 'static {
    /// Creates a session. Returns [`WriteOutcome::Conflict`] and changes nothing if the id is taken, or if
    /// the store cannot tell it from a taken one; the caller then tries another id.
    ///
    /// If the owner has `limit.most` sessions that are alive at `record.last_seen`, one of them ends or
    /// the result is [`WriteOutcome::Full`], as `limit.at_limit` says. Two sessions that are created at
    /// the same time both count.
    fn create(
        &self,
        id: SessionId,
        record: Record,
        limit: OwnerLimit,
    ) -> impl Future<Output = Result<WriteOutcome, StoreError>> + Send;

    /// Returns the record `id`, also if it has ended. The record is shared, so that a store in memory need
    /// not copy it.
    ///
    /// A record that cannot be decoded counts as missing: log it without its content, and return `None`.
    ///
    /// If `usage` is given and [is due](Usage::is_due) for the record, sets `last_seen` to `usage.now`
    /// before it returns, unless it is later already. The version stays as it is, and a session
    /// that was deleted meanwhile stays away. The record that is returned has the `last_seen` of before.
    fn load(
        &self,
        id: &SessionId,
        usage: Option<Usage>,
    ) -> impl Future<Output = Result<Option<Arc<Record>>, StoreError>> + Send;

    /// Returns the record `id` without waiting, if the store has it in this process. If the result is
    /// `None`, [`load`](Self::load) is called.
    ///
    /// It runs on the thread of the request and outside of
    /// [`Sessions::store_timeout`](super::Sessions::store_timeout), so it must not block. It must not return
    /// a record that was deleted or changed elsewhere.
    ///
    /// # Defaults
    ///
    /// Returns `None`.
    fn load_now(&self, id: &SessionId) -> Option<Arc<Record>> {
        let _ = id;
        None
    }

    /// Replaces `data`, `auth_time` and `expires_at` by those of `record` if the stored version is
    /// `record.version`, and adds one to the version. So a record can be spent with a successor: of all
    /// updates that name one version, exactly one returns [`WriteOutcome::Done`].
    fn update(
        &self,
        id: &SessionId,
        record: Record,
    ) -> impl Future<Output = Result<WriteOutcome, StoreError>> + Send;

    /// Replaces the record `old` by `record` under the id `new`, if the version of `old` is
    /// `record.version`. The new record has version 0 and the later `last_seen` of both. At every moment
    /// exactly one of them exists.
    fn rotate(
        &self,
        old: &SessionId,
        new: SessionId,
        record: Record,
    ) -> impl Future<Output = Result<WriteOutcome, StoreError>> + Send;

    /// Returns the id of the current record of the session `id`: `id` itself if it has a record, or else
    /// the id of the record whose [`lineage`](Record::lineage) it is.
    fn find(
        &self,
        id: &SessionId,
    ) -> impl Future<Output = Result<Option<SessionId>, StoreError>> + Send;

    /// Deletes the record `id`. Returns `true` if it existed.
    fn delete(&self, id: &SessionId) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Deletes every record of `owner` except the one whose id or lineage is `keep`. Returns the number of
    /// deleted records.
    fn delete_by_owner(
        &self,
        owner: &str,
        keep: Option<SessionId>,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Returns records of `owner` with their data, also those that have ended, in an order of the store's
    /// own that does not change. A record that exists all the time while one page after the other is read
    /// is in exactly one of them.
    fn list_by_owner(
        &self,
        owner: &str,
        page: Page,
    ) -> impl Future<Output = Result<Vec<(SessionId, Arc<Record>)>, StoreError>> + Send;

    /// Returns the value of each key, in the order of `keys`. `None` for a key that has no value, or one that
    /// has expired at `now`.
    fn values(
        &self,
        keys: &[ValueKey],
        now: u64,
    ) -> impl Future<Output = Result<Vec<Option<Value>>, StoreError>> + Send;

    /// Sets the value of `key` if its present one has the bytes `present`. `None` means that it has no value,
    /// or one that has expired at `now`. Otherwise returns [`WriteOutcome::Conflict`]. So of all writes that
    /// name one present value, exactly one returns [`WriteOutcome::Done`].
    fn swap_value(
        &self,
        key: ValueKey,
        present: Option<Value>,
        value: Value,
        now: u64,
    ) -> impl Future<Output = Result<WriteOutcome, StoreError>> + Send;

    /// Returns the changes of records and values from now on, or `None` if the store does not notify of
    /// changes.
    ///
    /// # Defaults
    ///
    /// Returns `None`.
    fn changes(&self) -> Option<Changes> {
        None
    }

    /// Creates the tables of the store, or changes them to those of this version. It may be called at every
    /// start, by several processes at once.
    ///
    /// # Defaults
    ///
    /// Does nothing, for a store that has no tables.
    fn migrate(&self) -> impl Future<Output = Result<(), StoreError>> + Send {
        async { Ok(()) }
    }

    /// Checks that the store answers.
    ///
    /// # Defaults
    ///
    /// Reads a value that does not exist.
    fn health(&self) -> impl Future<Output = Result<(), StoreError>> + Send {
        let key = ValueKey::new("health", &[]);
        async move { self.values(&[key], 0).await.map(|_| ()) }
    }
}

/// Lists the operations of [`SessionStore`], for [`DynStore`] and for a store behind an `Arc`. In square
/// brackets are the arguments by reference.
macro_rules! operations {
    ($($name:ident[$($by_ref:ident: $referred:ty),*]($($arg:ident: $type:ty),*) -> $out:ty;)*) => {
        /// [`SessionStore`] behind a pointer.
        pub(crate) trait DynStore: Send + Sync {
            fn load_now(&self, id: &SessionId) -> Option<Arc<Record>>;

            $(
                fn $name<'a>(
                    &'a self,
                    $($by_ref: &'a $referred,)*
                    $($arg: $type,)*
                ) -> BoxFuture<'a, Result<$out, StoreError>>;
            )*
        }

        impl<S: SessionStore> DynStore for S {
            fn load_now(&self, id: &SessionId) -> Option<Arc<Record>> {
                SessionStore::load_now(self, id)
            }

            $(
                fn $name<'a>(
                    &'a self,
                    $($by_ref: &'a $referred,)*
                    $($arg: $type,)*
                ) -> BoxFuture<'a, Result<$out, StoreError>> {
                    Box::pin(SessionStore::$name(self, $($by_ref,)* $($arg,)*))
                }
            )*
        }

        /// A store that is shared.
        impl<S: SessionStore> SessionStore for Arc<S> {
            fn load_now(&self, id: &SessionId) -> Option<Arc<Record>> {
                (**self).load_now(id)
            }

            fn changes(&self) -> Option<Changes> {
                (**self).changes()
            }

            $(
                async fn $name(
                    &self,
                    $($by_ref: &$referred,)*
                    $($arg: $type,)*
                ) -> Result<$out, StoreError> {
                    (**self).$name($($by_ref,)* $($arg,)*).await
                }
            )*
        }
    };
}

operations! {
    create[](id: SessionId, record: Record, limit: OwnerLimit) -> WriteOutcome;
    load[id: SessionId](usage: Option<Usage>) -> Option<Arc<Record>>;
    update[id: SessionId](record: Record) -> WriteOutcome;
    rotate[old: SessionId](new: SessionId, record: Record) -> WriteOutcome;
    find[id: SessionId]() -> Option<SessionId>;
    delete[id: SessionId]() -> bool;
    delete_by_owner[owner: str](keep: Option<SessionId>) -> u64;
    list_by_owner[owner: str](page: Page) -> Vec<(SessionId, Arc<Record>)>;
    values[keys: [ValueKey]](now: u64) -> Vec<Option<Value>>;
    swap_value[](key: ValueKey, present: Option<Value>, value: Value, now: u64) -> WriteOutcome;
    migrate[]() -> ();
    health[]() -> ();
}
