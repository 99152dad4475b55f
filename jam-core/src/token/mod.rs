//! Tokens: signed claims in the compact form of RFC 7519.
//!
//! A [`Jwt`] is the configuration. It makes [`Tokens`]: an issuer with the key that signs, and a
//! verifier with the keys that it accepts.
//!
//! Uses [`base`](crate::base), [`payload`](crate::payload), [`backend`](crate::backend), [`claims`](crate::claims),
//! [`key`](crate::key) and [`ring`](crate::ring).

mod accepted;
mod compact;
mod header;
mod issuer;
mod issuers;
mod jwt;
mod keys;
mod policy;
mod profile;
#[cfg(test)]
mod ring_tests;
mod signed;
#[cfg(test)]
mod tests;
#[cfg(any(test, fuzzing))]
pub(crate) mod twins;
mod verified;
#[cfg(test)]
mod verified_tests;
mod verifier;

use std::fmt;

#[cfg(feature = "testing")]
use crate::base::base64url;
use crate::base::decision::Decision;
use crate::base::error::{Error, TokenFault};
use crate::claims::Claims;
#[cfg(feature = "testing")]
use crate::key::SigningKey;
use crate::payload::Payload;

use issuer::Issuer;
pub use issuers::Issuers;
pub(crate) use issuers::unverified_issuer;
pub use jwt::Jwt;
pub use signed::Token;
pub use verified::Verified;
pub use verifier::{PolicyError, Verifier, VerifierBuilder, VerifierKeys};

/// Issues and verifies tokens: the backend that a [`Jwt`] configures.
pub struct Tokens {
    issuer: Issuer,
    verifier: Verifier,
}

impl Tokens {
    /// Makes claims around `payload`, issued at `now`.
    pub fn claims<P: Payload>(&self, payload: P, now: u64) -> Claims<P> {
        self.issuer.claims(payload, now)
    }

    /// Signs claims at `now`, in seconds since the Unix epoch.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Payload`](crate::base::error::ErrorKind::Payload) if the payload is not a JSON
    /// object or too long for a token, or if the token would outlive its key, [`ErrorKind::Random`](crate::base::error::ErrorKind::Random) if
    /// the system had no random bytes for `jti`.
    pub fn sign<P: Payload>(&self, claims: &Claims<P>, now: u64) -> Result<Token, Error> {
        self.issuer.sign(&*self.verifier.keys.at(now)?, claims, now)
    }

    /// Verifies a token at `now`. A key that has to be fetched is waited for.
    ///
    /// # Errors
    ///
    /// A [`TokenFault`] with the reason.
    #[inline]
    pub fn verify<'a, P: Payload>(
        &'a self,
        text: &'a [u8],
        now: u64,
    ) -> Decision<'a, Result<Verified<P>, TokenFault>> {
        self.verifier.decide(text, now)
    }

    /// Returns the `iss` of the tokens, if it is configured.
    pub(crate) fn issuer(&self) -> Option<&str> {
        self.verifier.issuer()
    }

    /// Returns the `aud` of the tokens, if it is configured.
    pub(crate) fn audience(&self) -> Option<&str> {
        self.verifier.audience()
    }

    /// Returns the public keys at `now` as a JWK set (RFC 7517 section 5), and the seconds for which a verifier
    /// may keep them.
    pub fn jwks(&self, now: u64) -> Option<(serde_json::Value, u64)> {
        self.verifier.keys.published(now)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("issuer", &self.issuer)
            .field("verifier", &self.verifier)
            .finish()
    }
}

/// Returns a token with this header and these claims, in JSON, as they are: for a test. Returns `None` if the
/// system has no random bytes.
#[cfg(feature = "testing")]
pub fn sign_json(key: &SigningKey, header: &str, claims: &str) -> Option<String> {
    let header = base64url::encode(header.as_bytes());
    compact::sign(key, &header, claims.as_bytes()).ok()
}

/// Compares two values of `typ` as RFC 8725 section 3.11 does: without case, and without the prefix
/// `application/`.
fn same_type(found: &str, wanted: &str) -> bool {
    const PREFIX: &str = "application/";
    let plain = match found.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
        _ => found,
    };
    plain.eq_ignore_ascii_case(wanted)
}
