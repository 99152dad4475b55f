//! A token that was signed here.

use std::fmt;

use serde::{Serialize, Serializer};

/// A signed token.
///
/// Its text is the credential itself, so `Debug` does not print it; give it to
/// [`Jam::jwt_cookie`](crate::Jam::jwt_cookie), or take it with
/// [`as_str`](Self::as_str) for a JSON answer over https. It serializes to its text.
#[derive(Clone)]
#[must_use = "a token that is given to nobody lets nobody in"]
pub struct Token {
    pub(super) text: String,
    pub(super) expires_at: u64,
    pub(super) issued_at: u64,
}

impl Token {
    /// The token, as it stands in a header or a cookie.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first second, since the Unix epoch, at which it is no longer valid.
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }

    /// Seconds from issue to expiry: `expires_in` of RFC 6749 section 5.1.
    pub fn expires_in(&self) -> u64 {
        self.expires_at.saturating_sub(self.issued_at)
    }

    /// The token's text.
    pub fn into_string(self) -> String {
        self.text
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("text", &"[redacted]")
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
