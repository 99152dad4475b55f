//! The two faces of a session: the token that opens it and the id that names it.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::random;

/// Bytes of a session token: 256 bits (OWASP asks for 128).
const TOKEN: usize = 32;
/// Characters of its text.
const TEXT: usize = (TOKEN * 8).div_ceil(6);

/// What names a session towards the store and the operations of
/// [`Jam`](crate::Jam): the SHA-256 of its token.
///
/// The store holds nothing else, so a copy of the store opens no session. `Debug`
/// prints the first 8 of its 64 hexadecimal digits, which is enough to follow a session
/// through a log.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId([u8; 32]);

impl SessionId {
    /// The id, as a store keeps it.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The id that a store kept.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The first hexadecimal digits, for the log.
    pub(crate) fn prefix(&self) -> String {
        let [a, b, c, d, ..] = self.0;
        format!("{a:02x}{b:02x}{c:02x}{d:02x}")
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

/// A new session's credential: 256 random bits, known to the user alone.
///
/// Give it to [`Jam::session_cookie`](crate::Jam::session_cookie). The server keeps only
/// its hash, so it cannot be had again; `Debug` does not print it.
#[must_use = "a session whose token is given to nobody cannot be used"]
#[derive(Clone)]
pub struct SessionToken {
    text: String,
    id: SessionId,
    /// Seconds from its making to its end.
    pub(crate) life: u64,
}

impl SessionToken {
    pub(crate) fn random(life: u64) -> Option<Self> {
        let text = random::text::<TOKEN>()?;
        let id = hash(text.as_bytes());
        Some(Self { text, id, life })
    }

    /// The token, as it stands in a cookie or a header.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The token's text.
    pub fn into_string(self) -> String {
        self.text
    }

    /// The session that it opens.
    pub fn id(&self) -> &SessionId {
        &self.id
    }
}

impl AsRef<SessionId> for SessionToken {
    fn as_ref(&self) -> &SessionId {
        &self.id
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionToken")
            .field("text", &"[redacted]")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The session that a presented token would open, if it is as long as one that we issue. Another
/// spelling of a token, such as one with padding, is another token.
pub(crate) fn presented(token: &[u8]) -> Option<SessionId> {
    (token.len() == TEXT).then(|| hash(token))
}

fn hash(token: &[u8]) -> SessionId {
    SessionId(Sha256::digest(token).into())
}
