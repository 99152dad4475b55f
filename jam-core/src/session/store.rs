//! Where sessions are kept. A new store implements [`SessionStore`]; the contract suite
//! in `tests/session_store.rs` runs against each.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use super::data::SessionData;
use super::id::SessionId;
use crate::base::clock::CLOCK_DIFFERENCE;
use crate::base::decision::BoxFuture;
use crate::base::error::StoreError;

/// What a store keeps of one session.
///
/// Times are whole seconds since the Unix epoch by the application's clock. A store may
/// drop a record once it [`ends`](Self::ends), by its own clock or never: whether a session is
/// over is decided when it is read.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// Whose session it is. Any text, of any length and with any character.
    pub owner: String,
    /// The payload with its kind.
    pub data: SessionData,
    /// Counts the changes of `data`; see [`SessionStore::update`].
    pub version: u64,
    /// When the user last proved who they are.
    pub auth_time: u64,
    /// When the session was last used.
    pub last_seen: u64,
    /// When it ends however much it is used.
    pub expires_at: u64,
    /// How many seconds it may stay unused.
    pub idle: u64,
    /// The id under which the session was created: it stays the same when the session is
    /// rotated, and is the id by which the application knows it.
    pub lineage: SessionId,
}

impl Record {
    /// The record of a session that begins `now` and ends at `expires_at`, may stay unused
    /// until then, and was not rotated into.
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

    /// When it is over if it is not used any more. A store may drop it then.
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

/// What became of a change that was asked of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)] // a fourth outcome would have to be handled by every caller
pub enum WriteOutcome {
    /// It is in the store.
    Done,
    /// Another one came first, or an id is taken: nothing was changed.
    Conflict,
    /// There is no such session: nothing was changed, and nothing was made.
    Missing,
    /// The owner has as many sessions as it may have: nothing was changed.
    Full,
}

/// How many sessions an owner may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)] // two facts, which a store has to heed
pub struct OwnerLimit {
    /// The most sessions of one owner.
    pub most: u32,
    /// What happens to a login beyond that.
    pub at_limit: AtLimit,
}

impl OwnerLimit {
    /// 1,000 sessions, of which the least recently used one ends.
    pub const DEFAULT: Self = Self {
        most: 1_000,
        at_limit: AtLimit::EndLeastRecentlyUsed,
    };
}

/// What happens to a login of an owner who has as many sessions as allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)] // a store has to heed all of them
pub enum AtLimit {
    /// The session of the owner that was not used for longest ends.
    EndLeastRecentlyUsed,
    /// The login is refused: [`ErrorKind::SessionLimit`](crate::ErrorKind::SessionLimit), 409.
    Reject,
}

/// A place where sessions are kept.
///
/// Every operation is atomic: it happens wholly or not at all, and two of them on one
/// session happen one after the other. No operation but [`create`](Self::create) and
/// [`rotate`](Self::rotate) may bring a session into being: whoever saves a session that
/// was deleted meanwhile gets [`WriteOutcome::Missing`], or a logout could be undone by a
/// request that was still under way.
///
/// An answer of `Ok` means that the store has done it for good, as far as it promises
/// anything. Whatever it could not do or does not know is an `Err`, never an empty
/// answer: the caller is told 503 instead of being signed out.
pub trait SessionStore: Send + Sync + 'static {
    /// Keeps a new session. [`WriteOutcome::Conflict`] when there is one of this id already,
    /// which is left as it is; or one whose id is so much alike that the store cannot tell them
    /// apart, and then another id is tried.
    ///
    /// If the owner has `limit.most` sessions that are not over at `record.last_seen`, one of them
    /// ends or the answer is [`WriteOutcome::Full`], as `limit.at_limit` says. Of two that are created at
    /// the same time both count.
    fn create(
        &self,
        id: SessionId,
        record: Record,
        limit: OwnerLimit,
    ) -> impl Future<Output = Result<WriteOutcome, StoreError>> + Send;

    /// The session `id`, expired or not. It is shared, so that a store that has it need not copy it.
    ///
    /// A record that cannot be understood is no session: log it, without its content,
    /// and answer `None`.
    ///
    /// If `usage` is given and [is due](Usage::is_due) for the record, sets `last_seen` to `usage.now`
    /// in the same round trip, unless it is later already. The version stays as it is, and a session
    /// that was deleted meanwhile stays away. The record that is returned has the `last_seen` of before.
    fn load(
        &self,
        id: &SessionId,
        usage: Option<Usage>,
    ) -> impl Future<Output = Result<Option<Arc<Record>>, StoreError>> + Send;

    /// The session `id` as [`load`](Self::load) would give it, if the store need not wait for it.
    /// When it answers `None`, `load` is asked.
    ///
    /// It is called on the thread of the request and outside of
    /// [`Sessions::store_timeout`](crate::Sessions::store_timeout), so it must not block; and what was ended
    /// or changed elsewhere must not be at hand any more.
    ///
    /// # Defaults
    ///
    /// `None`: the session is somewhere else.
    fn load_now(&self, id: &SessionId) -> Option<Arc<Record>> {
        let _ = id;
        None
    }

    /// Puts `data`, `auth_time` and `expires_at` of `record` in place of what is there if
    /// the version there is `record.version`, and counts the version up by one.
    fn update(
        &self,
        id: &SessionId,
        record: Record,
    ) -> impl Future<Output = Result<WriteOutcome, StoreError>> + Send;

    /// Puts `record` under the id `new` in place of the session `old`, if the version of
    /// `old` is `record.version`. The new record begins at version 0, and its `last_seen` is
    /// the later one of both. At no moment do both live, and at none neither.
    fn rotate(
        &self,
        old: &SessionId,
        new: SessionId,
        record: Record,
    ) -> impl Future<Output = Result<WriteOutcome, StoreError>> + Send;

    /// The id of the record that the session `id` has now: `id` itself if there is a record of that
    /// id, or else the id of the record whose [`lineage`](Record::lineage) it is.
    fn find(
        &self,
        id: &SessionId,
    ) -> impl Future<Output = Result<Option<SessionId>, StoreError>> + Send;

    /// Ends the record `id`. Returns `true` if there was one.
    fn delete(&self, id: &SessionId) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Ends every session of `owner` but the one whose id or lineage is `keep`, and returns how many
    /// there were.
    fn delete_by_owner(
        &self,
        owner: &str,
        keep: Option<SessionId>,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Every session of `owner`, expired or not, in any order.
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
