//! Sessions: what the server remembers of a signed-in user.

mod data;
mod id;
pub(crate) mod memory;
mod operations;
mod store;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

pub use data::SessionData;
pub use id::{InvalidSessionId, SessionId, SessionToken};
pub use memory::MemoryStore;
pub use store::{AtLimit, OwnerLimit, Record, SessionStore, Usage, WriteOutcome};

use crate::payload::Payload;
use store::DynStore;

/// How sessions are kept and when they end: the session backend of a
/// [`Jam`](crate::Jam).
///
/// ```
/// use std::time::Duration;
/// use jam::{Jam, Sessions};
///
/// # fn main() -> Result<(), jam::ConfigError> {
/// let sessions = Sessions::in_memory().idle_timeout(Duration::from_secs(15 * 60));
/// let jam = Jam::builder().sessions(sessions).build()?;
/// # let _ = jam;
/// # Ok(())
/// # }
/// ```
///
/// # Defaults
///
/// A session ends 1 h after its last use and 24 h after its login, whichever comes
/// first: the limits of NIST SP 800-63B-4 for AAL2. The store must answer within 1 s. An owner has
/// 1,000 sessions at most; one more ends the least recently used.
pub struct Sessions {
    store: Arc<dyn DynStore>,
    idle_timeout: u64,
    absolute_timeout: u64,
    store_timeout: Duration,
    per_owner: OwnerLimit,
}

impl Sessions {
    /// Sessions in the memory of this process: they end with it.
    pub fn in_memory() -> Self {
        Self::in_store(MemoryStore::new())
    }

    /// Sessions in a store of your own.
    pub fn in_store(store: impl SessionStore) -> Self {
        Self {
            store: Arc::new(store),
            idle_timeout: 60 * 60,
            absolute_timeout: 24 * 60 * 60,
            store_timeout: Duration::from_secs(1),
            per_owner: OwnerLimit::DEFAULT,
        }
    }

    /// How long a session may stay unused, in whole seconds.
    ///
    /// Use is written down once in a 20th of this time, so a session may end that much
    /// earlier than its last request suggests.
    pub fn idle_timeout(mut self, idle_timeout: Duration) -> Self {
        self.idle_timeout = idle_timeout.as_secs();
        self
    }

    /// How long a session lives from its login, in whole seconds, however much it is
    /// used.
    pub fn absolute_timeout(mut self, absolute_timeout: Duration) -> Self {
        self.absolute_timeout = absolute_timeout.as_secs();
        self
    }

    /// How long the store may take for one answer. After that it counts as out of
    /// reach, and the request is answered with 503.
    pub fn store_timeout(mut self, store_timeout: Duration) -> Self {
        self.store_timeout = store_timeout;
        self
    }

    /// How many sessions one owner may have at once, and what happens to a login beyond that.
    ///
    /// ```
    /// use jam::{Sessions, session::AtLimit};
    ///
    /// let one_device = Sessions::in_memory().per_owner(1, AtLimit::EndLeastRecentlyUsed);
    /// # let _ = one_device;
    /// ```
    pub fn per_owner(mut self, most: u32, at_limit: AtLimit) -> Self {
        self.per_owner = OwnerLimit { most, at_limit };
        self
    }

    /// Returns the mistakes of this configuration, each with its key.
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        for (what, seconds) in [
            ("session.idle_timeout", self.idle_timeout),
            ("session.absolute_timeout", self.absolute_timeout),
        ] {
            if seconds == 0 {
                faults.push((what, "a session must live for a second at least".to_owned()));
            }
        }
        if self.idle_timeout > self.absolute_timeout {
            faults.push((
                "session.idle_timeout",
                "it is longer than `session.absolute_timeout`, so it would never be reached"
                    .to_owned(),
            ));
        }
        if self.per_owner.most == 0 {
            let why = "an owner must be able to have a session";
            faults.push(("session.per_owner", why.to_owned()));
        }
        if self.store_timeout.is_zero() {
            faults.push((
                "session.store_timeout",
                "no store answers in no time".to_owned(),
            ));
        }
        faults
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("idle_timeout", &self.idle_timeout)
            .field("absolute_timeout", &self.absolute_timeout)
            .field("store_timeout", &self.store_timeout)
            .finish_non_exhaustive()
    }
}

/// The session that a token opens.
#[derive(Debug)]
pub(crate) enum Opened<P> {
    Session(Session<P>),
    /// A session that holds another payload.
    OtherPayload,
    Nothing,
}

/// A session as it stood when it was read: its data, and what is known about it.
///
/// It derefs to the data, which requests that use the session at the same time may share (see
/// [`Payload`]). Times are whole seconds since the Unix epoch.
#[derive(Clone)]
pub struct Session<P> {
    pub(crate) about: SessionInfo,
    /// Shared with whoever else reads the session.
    pub(crate) data: Arc<P>,
}

impl<P: Payload> Session<P> {
    /// The data alone.
    pub fn into_inner(self) -> P {
        Arc::unwrap_or_clone(self.data)
    }
}

impl<P> Session<P> {
    /// What is known about the session besides its data.
    pub fn info(&self) -> &SessionInfo {
        &self.about
    }
}

impl<P> Deref for Session<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.data
    }
}

impl<P> AsRef<SessionId> for Session<P> {
    fn as_ref(&self) -> &SessionId {
        self.about.id()
    }
}

impl<P> fmt::Debug for Session<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Session").field(&self.about).finish()
    }
}

/// What is known about a session besides its data. Times are whole seconds since the Unix epoch.
///
/// It keeps the session's record in memory as long as it is kept itself.
#[derive(Clone)]
pub struct SessionInfo {
    /// The id of the session: its lineage, or the id of a record that has none.
    id: SessionId,
    record: Arc<Record>,
}

impl SessionInfo {
    /// What is known about the session whose record has the id `record_id`.
    pub(crate) fn new(record_id: SessionId, record: Arc<Record>) -> Self {
        let id = match record.lineage.is_zero() {
            true => record_id,
            false => record.lineage,
        };
        Self { id, record }
    }

    /// The id that the operations of [`Jam`](crate::Jam) take. It stays the same when the session is
    /// rotated, and opens nothing: nobody signs in with it.
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// The key under which the session was created: whose it is.
    pub fn owner(&self) -> &str {
        &self.record.owner
    }

    /// When the user last proved who they are.
    pub fn auth_time(&self) -> u64 {
        self.record.auth_time
    }

    /// When the session was last used.
    pub fn last_seen(&self) -> u64 {
        self.record.last_seen
    }

    /// When it ends however much it is used.
    pub fn expires_at(&self) -> u64 {
        self.record.expires_at
    }
}

impl AsRef<SessionId> for SessionInfo {
    fn as_ref(&self) -> &SessionId {
        &self.id
    }
}

impl fmt::Debug for SessionInfo {
    // The owner is the user.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionInfo")
            .field("id", &self.id)
            .field("auth_time", &self.auth_time())
            .field("last_seen", &self.last_seen())
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}
