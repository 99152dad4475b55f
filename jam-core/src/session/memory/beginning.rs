//! The first bytes of an id, which tell it from every other one in the store.

use std::hash::{Hash, Hasher};

use crate::session::id::SessionId;

/// The first 8 bytes of an id, the key of the store. Of two ids with the same beginning the second counts as
/// taken, and the caller makes another one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Beginning(u64);

impl Beginning {
    pub(super) const MIN: Self = Self(0);
    pub(super) const MAX: Self = Self(u64::MAX);
    pub(super) const SHARDS: usize = 256;

    pub(super) fn of(id: &SessionId) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = *id.as_bytes();
        Self(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }

    /// Returns the next beginning, or `None` after the last.
    pub(super) fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }

    /// Returns the shard of the id.
    pub(super) fn shard(self) -> usize {
        let [.., last] = self.0.to_le_bytes();
        usize::from(last)
    }
}

impl From<&SessionId> for Beginning {
    fn from(id: &SessionId) -> Self {
        Self::of(id)
    }
}

impl Hash for Beginning {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

/// A hasher that returns its input: an id is a hash already, and no client can choose it.
#[derive(Default)]
pub(super) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        // A hash table uses the lowest and the highest bits. The highest are the same in a whole shard, so
        // they are moved to the middle.
        self.0.rotate_left(32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

    use super::{AsIs, Beginning};
    use crate::session::id::SessionId;

    fn beginnings() -> impl Iterator<Item = Beginning> {
        (0..=255_u8).flat_map(|number| {
            [0, 4, 7].map(|place| {
                let mut bytes = [9; 32];
                bytes[place] = number;
                Beginning::of(&SessionId::from_bytes(bytes))
            })
        })
    }

    #[test]
    fn ids_are_spread_over_shards_and_places() {
        let shards: HashSet<usize> = beginnings().map(Beginning::shard).collect();
        assert_eq!(shards.len(), Beginning::SHARDS);
        let all: HashSet<u64> = beginnings().map(|beginning| beginning.0).collect();
        let build = BuildHasherDefault::<AsIs>::default();
        let hashes: HashSet<u64> = beginnings().map(|one| build.hash_one(one)).collect();
        assert_eq!(hashes.len(), all.len());
        // The lowest bits choose the bucket.
        let places: HashSet<u64> = hashes.iter().map(|hash| hash % 256).collect();
        assert!(places.len() > 200, "{}", places.len());
    }

    #[test]
    fn bytes_are_hashed_too() {
        let hash = |bytes: &[u8]| {
            let mut hasher = AsIs::default();
            bytes.hash(&mut hasher);
            hasher.finish()
        };
        let texts: [&[u8]; 5] = [b"a", b"b", b"ab", b"ba", b""];
        let hashes: HashSet<u64> = texts.iter().map(|text| hash(text)).collect();
        assert_eq!(hashes.len(), texts.len());
    }
}
