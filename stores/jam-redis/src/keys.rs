//! The names of the keys.

use jam_core::session::{SessionId, ValueKey};

/// The names of the keys of one application. Ids stand in them as bytes, because there may be millions.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    prefix: String,
    /// The channel of changes.
    pub(crate) channel: String,
}

impl Keys {
    pub(crate) fn new(prefix: String) -> Self {
        let channel = format!("{prefix}changes");
        Self { prefix, channel }
    }

    /// Returns the key of a record.
    pub(crate) fn record(&self, id: &SessionId) -> Vec<u8> {
        self.key(b"s:", id.as_bytes())
    }

    /// Returns the beginning of the keys of records.
    pub(crate) fn records(&self) -> Vec<u8> {
        [self.prefix.as_bytes(), b"s:"].concat()
    }

    /// Returns the key of the ids of an owner, whose name may be long.
    pub(crate) fn owner(&self, owner: &str) -> Vec<u8> {
        let hash = ValueKey::new("owner", &[owner.as_bytes()]);
        self.key(b"o:", hash.as_bytes())
    }

    /// Returns the key of a small value.
    pub(crate) fn value(&self, key: ValueKey) -> Vec<u8> {
        self.key(b"v:", key.as_bytes())
    }

    fn key(&self, kind: &[u8], id: &[u8; 32]) -> Vec<u8> {
        [self.prefix.as_bytes(), kind, id].concat()
    }
}
