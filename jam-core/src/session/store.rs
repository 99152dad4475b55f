//! The contract of session stores. A new store implements [`SessionStore`]; the contract suite in
//! `tests/session_store.rs` runs on each.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use super::data::SessionData;
use super::id::SessionId;
use crate::base::clock::CLOCK_DIFFERENCE;
use crate::base::decision::BoxFuture;
use crate::base::error::StoreError;

/// The record of one session in a store.
///
/// Times are whole seconds since the Unix epoch by the application's clock. A store may delete a record
/// once it [`ends`](Self::ends), by its own clock, or keep it: the application decides when it reads a
/// record.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The owner of the session: any text, of any length and with any character.
    pub owner: String,
    /// The payload with its kind.
    pub data: SessionData,
    /// The number of changes of `data`; see [`SessionStore::update`].
    pub version: u64,
    /// The time of the last login.
    pub auth_time: u64,
    /// The time of the last use that was noted.
    pub last_seen: u64,
    /// The end of the session, also if it is used.
    pub expires_at: u64,
    /// Seconds without use after which the session ends.
    pub idle: u64,
    /// The id of the session's first record. It stays the same when the session is rotated, and is the id
    /// that the application knows.
    pub lineage: SessionId,
}

impl Record {
    /// Makes the record of a session that begins at `now` and ends at `expires_at`, may stay unused until
    /// then, and has no predecessor.
    pub fn new(owner: String, data: SessionData, now: u64, expires_at: u64) -> Self {
        Self {
            owner,
            data,
            version: 0,
            auth_time: now,
            last_seen: now,
            expires_at,
            idle: expires_at.saturating_sub(now),
            lineage: SessionId::from_bytes([0; 32]),
        }
    }

    /// Returns the time at which the session ends if it is not used again. A store may delete the record
    /// then.
    pub fn ends(&self) -> u64 {
        self.expires_at
            .min(self.last_seen.saturating_add(self.idle))
    }
}

impl fmt::Debug for Record {
    // `data` and `owner` are the user's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("version", &self.version)
            .field("auth_time", &self.auth_time)
            .field("last_seen", &self.last_seen)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The use of a session by a request, which [`SessionStore::load`] notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)] // a store has to heed all of it
pub struct Usage {
    /// The time of the use, in seconds since the Unix epoch by the application's clock.
    pub now: u64,
    /// Seconds since the last use after which a use is noted. An earlier one is not written down, so
    /// that most requests write nothing.
    pub interval: u64,
    /// Seconds without use after which the session is over, also if the record allows more.
    pub idle_timeout: u64,
}

impl Usage {
    /// Returns `true` if the use is to be noted: the session is alive, and its last use is
    /// [`interval`](Self::interval) seconds ago or longer. The use of a session that is over must not
    /// bring it back.
    #[inline]
    pub fn is_due(&self, record: &Record) -> bool {
        // Most uses come too early to be noted.
        if self.now.saturating_sub(record.last_seen) < self.interval {
            return false;
        }
        let idle_end = record.last_seen.saturating_add(self.idle_timeout);
        self.now < record.ends()
            && self.now < idle_end
            && record.auth_time <= self.now.saturating_add(CLOCK_DIFFERENCE)
    }
}

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

/// A store of sessions.
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
    /// in the same round trip, unless it is later already. The version stays as it is, and a session
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

    /// Returns every record of `owner` in any order, also those that have ended.
    fn list_by_owner(
        &self,
        owner: &str,
    ) -> impl Future<Output = Result<Vec<(SessionId, Arc<Record>)>, StoreError>> + Send;
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
    list_by_owner[owner: str]() -> Vec<(SessionId, Arc<Record>)>;
}
