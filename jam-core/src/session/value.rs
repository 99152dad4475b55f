//! Small values with an expiry, for what is not a session: ids of revoked tokens, the time before which the
//! tokens of an owner are over, proofs that were used, attempts.

use std::fmt;

use sha2::{Digest, Sha256};

/// The key of a [`Value`]: a hash of 256 bits, so that a store never holds the text.
///
/// ```
/// use jam::session::ValueKey;
///
/// let key = ValueKey::new("revoked", &[b"token id 7"]);
/// assert_ne!(key, ValueKey::new("attempts", &[b"token id 7"]), "each use has keys of its own");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueKey([u8; 32]);

impl ValueKey {
    /// Makes the key of the text `parts` for one use, such as `"revoked"`. Other parts, and the same bytes
    /// divided into other parts, have another key.
    pub fn new(usage: &str, parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in std::iter::once(usage.as_bytes()).chain(parts.iter().copied()) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// Makes the key from the bytes that a store kept.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes, for a store.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ValueKey {
    // A whole hash of short text could be guessed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "ValueKey({a:02x}{b:02x}{c:02x}{d:02x}..)")
    }
}

/// A small value in a store: at most [`MAX`](Self::MAX) bytes.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Value {
    /// The bytes. A store does not read them.
    pub bytes: Vec<u8>,
    /// The end of the value, in seconds since the Unix epoch by the application's clock. A store may delete
    /// the value then.
    pub expires_at: u64,
}

impl Value {
    /// The largest number of bytes: 1,024. A store may hold many values, and no large one.
    pub const MAX: usize = 1024;

    /// Makes a value. `None` if it has more than [`MAX`](Self::MAX) bytes.
    pub fn new(bytes: impl Into<Vec<u8>>, expires_at: u64) -> Option<Self> {
        let bytes = bytes.into();
        (bytes.len() <= Self::MAX).then_some(Self { bytes, expires_at })
    }
}

impl fmt::Debug for Value {
    // The bytes may tell about a user.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value")
            .field("length", &self.bytes.len())
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
