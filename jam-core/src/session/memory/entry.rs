//! One session in memory, in few bytes, because there may be millions.

use triomphe::ThinArc;

use crate::base::sync::atomic::{AtomicU64, Ordering};
use crate::session::data::SessionData;
use crate::session::id::SessionId;
use crate::session::record::Record;

/// One session: a head, the owner's name and the payload in one allocation. With two, an allocator would
/// have to merge the small pieces of a million sessions at once.
pub(super) struct Entry(ThinArc<Head, u8>);

struct Head {
    id: SessionId,
    lineage: SessionId,
    version: u64,
    auth_time: u64,
    expires_at: u64,
    idle: u64,
    /// Length of the name in bytes.
    name: usize,
    // These change without a copy of the entry. The shard's lock is held meanwhile.
    last_seen: AtomicU64,
    bucket: AtomicU64,
}

impl Entry {
    pub(super) fn new(id: SessionId, record: &Record, bucket: u64) -> Self {
        let head = Head {
            id,
            lineage: record.lineage,
            version: record.version,
            auth_time: record.auth_time,
            expires_at: record.expires_at,
            idle: record.idle,
            name: record.owner.len(),
            last_seen: AtomicU64::new(record.last_seen),
            bucket: AtomicU64::new(bucket),
        };
        let text = [record.owner.as_bytes(), record.data.as_json()].concat();
        Self(ThinArc::from_header_and_slice(head, &text))
    }

    fn head(&self) -> &Head {
        &self.0.header.header
    }

    pub(super) fn id(&self) -> &SessionId {
        &self.head().id
    }

    pub(super) fn lineage(&self) -> &SessionId {
        &self.head().lineage
    }

    pub(super) fn version(&self) -> u64 {
        self.head().version
    }

    pub(super) fn last_seen(&self) -> u64 {
        self.head().last_seen.load(Ordering::Relaxed)
    }

    /// Returns the bucket of the entry in the expiry index.
    pub(super) fn bucket(&self) -> u64 {
        self.head().bucket.load(Ordering::Relaxed)
    }

    pub(super) fn set_bucket(&self, bucket: u64) {
        self.head().bucket.store(bucket, Ordering::Relaxed);
    }

    pub(super) fn touch(&self, now: u64) {
        self.head().last_seen.fetch_max(now, Ordering::Relaxed);
    }

    pub(super) fn owner(&self) -> &str {
        // The bytes come from a `String`.
        std::str::from_utf8(&self.0.slice[..self.head().name]).unwrap_or_default()
    }

    pub(super) fn is_of(&self, owner: &str) -> bool {
        self.0.slice[..self.head().name] == *owner.as_bytes()
    }

    /// As [`Record::ends`].
    pub(super) fn ends(&self) -> u64 {
        let Head {
            expires_at, idle, ..
        } = self.head();
        self.last_seen().saturating_add(*idle).min(*expires_at)
    }

    pub(super) fn record(&self) -> Record {
        let head = self.head();
        Record {
            owner: self.owner().to_owned(),
            data: SessionData::from_json(&self.0.slice[head.name..]),
            version: head.version,
            auth_time: head.auth_time,
            last_seen: self.last_seen(),
            expires_at: head.expires_at,
            idle: head.idle,
            lineage: head.lineage,
        }
    }
}
