//! Sessions: state on the server for a user who has signed in.
//!
//! Uses [`base`](crate::base), [`payload`](crate::payload), [`claims`](crate::claims) and [`key`](crate::key).

mod ask;
mod change;
mod data;
#[cfg(feature = "encryption")]
mod encrypted;
mod grace;
mod id;
pub(crate) mod memory;
mod operations;
mod record;
mod store;
mod value;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

pub use change::{Change, Changes, Notifier};
pub use data::SessionData;
#[cfg(feature = "encryption")]
pub use encrypted::{EncryptedStore, EncryptionKeys};
pub use id::{InvalidSessionId, SessionId, SessionToken};
pub use memory::MemoryStore;
pub use record::{Record, Usage};
pub use store::{AtLimit, OwnerLimit, Page, SessionStore, WriteOutcome};
pub use value::{Value, ValueKey};

use crate::payload::Payload;
use store::DynStore;

/// The store of sessions and their timeouts: the backend `"session"` of a `Jam`.
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
/// A session ends 1 h after its last use or 24 h after its login, whichever comes first: the limits of
/// NIST SP 800-63B-4 for AAL2. The store must answer within 1 s. An owner has at most 1,000 sessions; one
/// more ends the least recently used one.
pub struct Sessions {
    store: Arc<dyn DynStore>,
    idle_timeout: u64,
    absolute_timeout: u64,
    store_timeout: Duration,
    per_owner: OwnerLimit,
    rotation_grace: u64,
}

impl Sessions {
    /// Keeps sessions in the memory of this process. They end with it.
    pub fn in_memory() -> Self {
        Self::in_store(MemoryStore::new())
    }

    /// Keeps sessions in a store of your own.
    pub fn in_store(store: impl SessionStore) -> Self {
        Self {
            store: Arc::new(store),
            idle_timeout: 60 * 60,
            absolute_timeout: 24 * 60 * 60,
            store_timeout: Duration::from_secs(1),
            per_owner: OwnerLimit::DEFAULT,
            rotation_grace: 0,
        }
    }

    /// Sets the time without use after which a session ends, in whole seconds.
    ///
    /// A use is noted at most once in a 20th of this time, so a session may end by that much earlier.
    pub fn idle_timeout(mut self, idle_timeout: Duration) -> Self {
        self.idle_timeout = idle_timeout.as_secs();
        self
    }

    /// Sets the time from the login to the end of a session, in whole seconds, also if it is used.
    pub fn absolute_timeout(mut self, absolute_timeout: Duration) -> Self {
        self.absolute_timeout = absolute_timeout.as_secs();
        self
    }

    /// Sets the time that the store may take for one operation. After it the store counts as not
    /// available, and the request is answered with 503.
    pub fn store_timeout(mut self, store_timeout: Duration) -> Self {
        self.store_timeout = store_timeout;
        self
    }

    /// Sets the number of sessions that one owner may have, and the effect of a login beyond it.
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
    #[doc(hidden)] // for the crate of a framework
    pub fn faults(&self) -> Vec<(&'static str, String)> {
        let mut faults = Vec::new();
        for (what, seconds) in [
            ("session.idle_timeout", self.idle_timeout),
            ("session.absolute_timeout", self.absolute_timeout),
        ] {
            if seconds == 0 {
                faults.push((
                    what,
                    "a session must live for at least one second".to_owned(),
                ));
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
            let why = "at least one session per owner is required";
            faults.push(("session.per_owner", why.to_owned()));
        }
        if self.store_timeout.is_zero() {
            faults.push((
                "session.store_timeout",
                "a timeout of zero fails every call".to_owned(),
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

/// A session at the time it was read: its data and its [`SessionInfo`].
///
/// It derefs to the data. Requests that use the session at the same time may share the data (see
/// [`Payload`]). Times are whole seconds since the Unix epoch.
#[derive(Clone)]
pub struct Session<P> {
    pub(crate) about: SessionInfo,
    /// Shared with other requests that read the session.
    pub(crate) data: Arc<P>,
}

impl<P: Payload> Session<P> {
    /// Returns the data.
    pub fn into_inner(self) -> P {
        Arc::unwrap_or_clone(self.data)
    }
}

impl<P> Session<P> {
    /// Returns the facts about the session besides its data.
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

/// The facts about a session besides its data. Times are whole seconds since the Unix epoch.
///
/// It keeps the session's record in memory.
#[derive(Clone)]
pub struct SessionInfo {
    /// The id of the session: its lineage, or the id of a record that has none.
    id: SessionId,
    record: Arc<Record>,
}

impl SessionInfo {
    /// Makes the facts about the session whose record has the id `record_id`.
    pub(crate) fn new(record_id: SessionId, record: Arc<Record>) -> Self {
        let id = match record.lineage.is_zero() {
            true => record_id,
            false => record.lineage,
        };
        Self { id, record }
    }

    /// Returns the id that the operations of `Jam` take. It stays the same when the session is rotated, and
    /// does not open the session.
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// Returns the owner: the key under which the session was created.
    pub fn owner(&self) -> &str {
        &self.record.owner
    }

    /// Returns the time of the last login.
    pub fn auth_time(&self) -> u64 {
        self.record.auth_time
    }

    /// Returns the time of the last use that was noted before this request.
    pub fn last_seen(&self) -> u64 {
        self.record.last_seen
    }

    /// Returns the end of the session, also if it is used.
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
