//! Where sessions are kept. A new store implements [`SessionStore`]; the contract suite
//! in `tests/session_store.rs` runs against each.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::data::SessionData;
use super::id::SessionId;
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
    fn load(
        &self,
        id: &SessionId,
    ) -> impl Future<Output = Result<Option<Arc<Record>>, StoreError>> + Send;

    /// The session `id` as [`load`](Self::load) would give it, if the store need not wait for it.
    /// When it answers `None`, `load` is asked.
    ///
    /// It is called on the thread of the request and outside of
    /// [`Sessions::deadline`](crate::Sessions::deadline), so it must not block; and what was ended
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

    /// Sets `last_seen` to `now`, unless it is later already. A session that is not there
    /// stays away; the version stays as it is.
    fn touch(
        &self,
        id: &SessionId,
        now: u64,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

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
        keep: Option<&SessionId>,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Every session of `owner`, expired or not, in any order.
    fn list_by_owner(
        &self,
        owner: &str,
    ) -> impl Future<Output = Result<Vec<(SessionId, Arc<Record>)>, StoreError>> + Send;
}

/// A store that several hold.
impl<S: SessionStore> SessionStore for Arc<S> {
    async fn create(
        &self,
        id: SessionId,
        record: Record,
        limit: OwnerLimit,
    ) -> Result<WriteOutcome, StoreError> {
        (**self).create(id, record, limit).await
    }

    async fn load(&self, id: &SessionId) -> Result<Option<Arc<Record>>, StoreError> {
        (**self).load(id).await
    }

    fn load_now(&self, id: &SessionId) -> Option<Arc<Record>> {
        (**self).load_now(id)
    }

    async fn update(&self, id: &SessionId, record: Record) -> Result<WriteOutcome, StoreError> {
        (**self).update(id, record).await
    }

    async fn touch(&self, id: &SessionId, now: u64) -> Result<(), StoreError> {
        (**self).touch(id, now).await
    }

    async fn rotate(
        &self,
        old: &SessionId,
        new: SessionId,
        record: Record,
    ) -> Result<WriteOutcome, StoreError> {
        (**self).rotate(old, new, record).await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<SessionId>, StoreError> {
        (**self).find(id).await
    }

    async fn delete(&self, id: &SessionId) -> Result<bool, StoreError> {
        (**self).delete(id).await
    }

    async fn delete_by_owner(
        &self,
        owner: &str,
        keep: Option<&SessionId>,
    ) -> Result<u64, StoreError> {
        (**self).delete_by_owner(owner, keep).await
    }

    async fn list_by_owner(
        &self,
        owner: &str,
    ) -> Result<Vec<(SessionId, Arc<Record>)>, StoreError> {
        (**self).list_by_owner(owner).await
    }
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// [`SessionStore`] behind a pointer.
pub(crate) trait DynStore: Send + Sync {
    fn create(&self, id: SessionId, record: Record, limit: OwnerLimit) -> Answer<'_, WriteOutcome>;
    fn load<'a>(&'a self, id: &'a SessionId) -> Answer<'a, Option<Arc<Record>>>;
    fn load_now(&self, id: &SessionId) -> Option<Arc<Record>>;
    fn update<'a>(&'a self, id: &'a SessionId, record: Record) -> Answer<'a, WriteOutcome>;
    fn touch<'a>(&'a self, id: &'a SessionId, now: u64) -> Answer<'a, ()>;
    fn rotate<'a>(
        &'a self,
        old: &'a SessionId,
        new: SessionId,
        record: Record,
    ) -> Answer<'a, WriteOutcome>;
    fn find<'a>(&'a self, id: &'a SessionId) -> Answer<'a, Option<SessionId>>;
    fn delete<'a>(&'a self, id: &'a SessionId) -> Answer<'a, bool>;
    fn delete_by_owner<'a>(
        &'a self,
        owner: &'a str,
        keep: Option<&'a SessionId>,
    ) -> Answer<'a, u64>;
    fn list_by_owner<'a>(&'a self, owner: &'a str) -> Answer<'a, Vec<(SessionId, Arc<Record>)>>;
}

impl<S: SessionStore> DynStore for S {
    fn create(&self, id: SessionId, record: Record, limit: OwnerLimit) -> Answer<'_, WriteOutcome> {
        Box::pin(SessionStore::create(self, id, record, limit))
    }

    fn load<'a>(&'a self, id: &'a SessionId) -> Answer<'a, Option<Arc<Record>>> {
        Box::pin(SessionStore::load(self, id))
    }

    fn load_now(&self, id: &SessionId) -> Option<Arc<Record>> {
        SessionStore::load_now(self, id)
    }

    fn update<'a>(&'a self, id: &'a SessionId, record: Record) -> Answer<'a, WriteOutcome> {
        Box::pin(SessionStore::update(self, id, record))
    }

    fn touch<'a>(&'a self, id: &'a SessionId, now: u64) -> Answer<'a, ()> {
        Box::pin(SessionStore::touch(self, id, now))
    }

    fn rotate<'a>(
        &'a self,
        old: &'a SessionId,
        new: SessionId,
        record: Record,
    ) -> Answer<'a, WriteOutcome> {
        Box::pin(SessionStore::rotate(self, old, new, record))
    }

    fn find<'a>(&'a self, id: &'a SessionId) -> Answer<'a, Option<SessionId>> {
        Box::pin(SessionStore::find(self, id))
    }

    fn delete<'a>(&'a self, id: &'a SessionId) -> Answer<'a, bool> {
        Box::pin(SessionStore::delete(self, id))
    }

    fn delete_by_owner<'a>(
        &'a self,
        owner: &'a str,
        keep: Option<&'a SessionId>,
    ) -> Answer<'a, u64> {
        Box::pin(SessionStore::delete_by_owner(self, owner, keep))
    }

    fn list_by_owner<'a>(&'a self, owner: &'a str) -> Answer<'a, Vec<(SessionId, Arc<Record>)>> {
        Box::pin(SessionStore::list_by_owner(self, owner))
    }
}
