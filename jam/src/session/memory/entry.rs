//! What the store keeps of one session, in as few bytes as it can be: there may be millions.

use crate::session::data::SessionData;
use crate::session::id::SessionId;
use crate::session::store::Record;

pub(super) struct Entry {
    pub(super) id: SessionId,
    /// The owner's name, then the payload: one piece of memory for both.
    text: Box<[u8]>,
    /// Bytes of the name.
    name: usize,
    /// The id under which the session was created, unless it is still its id.
    lineage: Option<Box<SessionId>>,
    pub(super) version: u64,
    pub(super) auth_time: u64,
    pub(super) last_seen: u64,
    pub(super) expires_at: u64,
    idle: u64,
    /// The bucket under which it stands in the index.
    pub(super) bucket: u64,
}

impl Entry {
    pub(super) fn new(id: SessionId, record: &Record, bucket: u64) -> Self {
        Self {
            id,
            text: text(&record.owner, &record.data),
            name: record.owner.len(),
            lineage: (record.lineage != id).then(|| Box::new(record.lineage)),
            version: record.version,
            auth_time: record.auth_time,
            last_seen: record.last_seen,
            expires_at: record.expires_at,
            idle: record.idle,
            bucket,
        }
    }

    pub(super) fn owner(&self) -> &str {
        // It was text when it came, and is the beginning of what is kept.
        std::str::from_utf8(&self.text[..self.name]).unwrap_or_default()
    }

    pub(super) fn is_of(&self, owner: &str) -> bool {
        self.text[..self.name] == *owner.as_bytes()
    }

    pub(super) fn set_data(&mut self, data: &SessionData) {
        self.text = text(self.owner(), data);
    }

    /// As [`Record::ends`].
    pub(super) fn ends(&self) -> u64 {
        self.expires_at
            .min(self.last_seen.saturating_add(self.idle))
    }

    pub(super) fn record(&self) -> Record {
        Record {
            owner: self.owner().to_owned(),
            data: SessionData::from_json(&self.text[self.name..]),
            version: self.version,
            auth_time: self.auth_time,
            last_seen: self.last_seen,
            expires_at: self.expires_at,
            idle: self.idle,
            lineage: self.lineage.as_ref().map_or(self.id, |lineage| **lineage),
        }
    }
}

fn text(owner: &str, data: &SessionData) -> Box<[u8]> {
    [owner.as_bytes(), data.as_json()].concat().into()
}
