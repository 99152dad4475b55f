//! An issued token.

use std::fmt;

use serde::{Serialize, Serializer};

/// A signed token.
///
/// The text is the credential, so `Debug` does not print it. Pass the token to `Jam::jwt_cookie`, or put
/// [`as_str`](Self::as_str) into a JSON answer over https. It serializes to its text.
#[derive(Clone)]
#[must_use = "a token does nothing until it is sent to a caller"]
pub struct Token {
    pub(super) text: String,
    pub(super) expires_at: u64,
    pub(super) issued_at: u64,
}

impl Token {
    /// Returns the text for a header or a cookie.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the first second, since the Unix epoch, at which the token is no longer valid.
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }

    /// Returns the seconds from issue to expiry: `expires_in` of RFC 6749 section 5.1.
    pub fn expires_in(&self) -> u64 {
        self.expires_at.saturating_sub(self.issued_at)
    }

    /// Returns the text by value.
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
