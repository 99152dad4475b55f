//! Tokens: signed claims in the compact form of RFC 7519.
//!
//! A [`Jwt`] is the configuration. It makes [`Tokens`]: an issuer with the key that signs, and a
//! verifier with the keys that it accepts.
//!
//! Uses [`base`](crate::base), [`payload`](crate::payload), [`claims`](crate::claims) and
//! [`key`](crate::key).

mod accepted;
mod compact;
mod header;
mod issuer;
mod jwt;
mod policy;
mod signed;
#[cfg(test)]
mod tests;
#[cfg(any(test, fuzzing))]
pub(crate) mod twins;
mod verifier;

use std::fmt;

use crate::base::decision::Decision;
use crate::base::error::{Error, TokenFault};
use crate::claims::Claims;
use crate::payload::Payload;

use issuer::Issuer;
pub use jwt::Jwt;
pub use signed::Token;
pub use verifier::{PolicyError, Verifier, VerifierBuilder};

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

    /// Signs claims.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Payload`](crate::base::error::ErrorKind::Payload) if the payload is not a JSON
    /// object or too long for a token, [`ErrorKind::Random`](crate::base::error::ErrorKind::Random) if
    /// the system had no random bytes for `jti`.
    pub fn sign<P: Payload>(&self, claims: &Claims<P>) -> Result<Token, Error> {
        self.issuer.sign(claims)
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
    ) -> Decision<'a, Result<Claims<P>, TokenFault>> {
        Decision::Ready(self.verifier.check(text, now))
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
