//! The token that opens a session, and the id that names it.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use crate::base::random;

/// Bytes of a session token: 256 bits (OWASP asks for 128).
const TOKEN: usize = 32;
/// Characters of its text.
const TEXT: usize = (TOKEN * 8).div_ceil(6);

/// The id of a session: a hash of 256 bits, which the operations of `Jam` take.
///
/// It stays the same when the session is rotated or its user signs in again. It does not open the session,
/// so it may appear in a page, a form or a list of a user's devices. A store uses this type for the ids of
/// its records too; those change with each rotation.
///
/// [`Display`](fmt::Display), [`FromStr`] and serde use its 64 lower-case hexadecimal digits. `Debug`
/// prints the first 8 of them, which is enough to follow a session through a log.
///
/// ```
/// use jam::SessionId;
///
/// let id = SessionId::from_bytes([0xab; 32]);
/// let text = id.to_string();
/// assert_eq!(text.len(), 64);
/// assert_eq!(text.parse(), Ok(id));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId([u8; 32]);

impl SessionId {
    /// Returns the bytes, for a store.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Makes the id from the bytes that a store kept.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns `true` for the lineage of a record that has none.
    pub(crate) fn is_zero(&self) -> bool {
        self.0 == [0; 32]
    }

    /// Returns the first 8 hexadecimal digits, for the log.
    pub(crate) fn prefix(&self) -> String {
        let [a, b, c, d, ..] = self.0;
        format!("{a:02x}{b:02x}{c:02x}{d:02x}")
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The error for text that is not 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidSessionId;

impl fmt::Display for InvalidSessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the id of a session has 64 hexadecimal digits")
    }
}

impl std::error::Error for InvalidSessionId {}

impl FromStr for SessionId {
    type Err = InvalidSessionId;

    fn from_str(text: &str) -> Result<Self, InvalidSessionId> {
        let (digits, rest) = text.as_bytes().as_chunks::<2>();
        if digits.len() != 32 || !rest.is_empty() {
            return Err(InvalidSessionId);
        }
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(InvalidSessionId),
        };
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(digits) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for SessionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SessionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl AsRef<Self> for SessionId {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({}..)", self.prefix())
    }
}

/// The credential of a session: 256 random bits, which only the user has.
///
/// Pass it to `Jam::session_cookie`. The server keeps only its hash, so the token exists once, when it is
/// made. `Debug` does not print it.
#[must_use = "a session cannot be used without its token: send it to the caller"]
#[derive(Clone)]
pub struct SessionToken {
    text: String,
    /// The id of the record that it opens.
    record: SessionId,
    /// The id of the session.
    lineage: SessionId,
    /// Seconds from its making to its end.
    pub(crate) life: u64,
}

impl SessionToken {
    /// Makes a token for a new session, or for the session `lineage`. `None` if the system has no random
    /// bytes.
    pub(crate) fn random(life: u64, lineage: Option<SessionId>) -> Option<Self> {
        let text = random::text::<TOKEN>()?;
        let record = hash(text.as_bytes());
        Some(Self {
            text,
            record,
            lineage: lineage.unwrap_or(record),
            life,
        })
    }

    /// Returns the id of the record that this token opens.
    pub(crate) fn record(&self) -> SessionId {
        self.record
    }

    /// Returns the text for a cookie or a header.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the text by value.
    pub fn into_string(self) -> String {
        self.text
    }

    /// Returns the seconds from the creation of the token to the end of the session.
    pub fn life(&self) -> u64 {
        self.life
    }

    /// Returns the id of the session.
    pub fn id(&self) -> &SessionId {
        &self.lineage
    }
}

impl AsRef<SessionId> for SessionToken {
    fn as_ref(&self) -> &SessionId {
        &self.lineage
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionToken")
            .field("text", &"[redacted]")
            .field("id", &self.lineage)
            .finish_non_exhaustive()
    }
}

/// Returns the id of the record that a presented token would open. `None` if it has another length than
/// a token of ours. A token with padding is a different token.
pub(crate) fn presented(token: &[u8]) -> Option<SessionId> {
    (token.len() == TEXT).then(|| hash(token))
}

fn hash(token: &[u8]) -> SessionId {
    SessionId(Sha256::digest(token).into())
}
