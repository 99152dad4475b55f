//! The record of one session in a store, and the use of it by a request.

use std::fmt;

use super::data::SessionData;
use super::id::SessionId;
use crate::base::clock::CLOCK_DIFFERENCE;

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
    /// The number of changes of `data`; see [`SessionStore::update`](super::SessionStore::update).
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
    /// The last time that a record can have, and the longest number of seconds: the end of the year 9999, which
    /// every database can store.
    pub const LAST: u64 = 253_402_300_799;

    /// Makes the record of a session that begins at `now` and ends at `expires_at`, may stay unused until
    /// then, and has no predecessor.
    pub fn new(owner: String, data: SessionData, now: u64, expires_at: u64) -> Self {
        let (now, expires_at) = (now.min(Self::LAST), expires_at.min(Self::LAST));
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

/// The use of a session by a request, which [`SessionStore::load`](super::SessionStore::load) notes.
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
