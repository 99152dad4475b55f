//! The claims of a token: the registered ones and the payload's fields, in one flat
//! JSON object (RFC 7519 section 4).

mod audience;
mod own;
mod plain;
mod read;
pub mod read_back;
mod registered;
mod scan;
mod shape;
mod strict;
mod subject;
#[cfg(test)]
mod tests;
#[cfg(any(test, fuzzing))]
pub(crate) mod twins;
mod write;

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

#[cfg(any(test, fuzzing))]
pub(crate) use read::read_any;
pub(crate) use read::{culprit, read};
pub use registered::RegisteredClaims;
pub(crate) use registered::{Parties, Time};
pub(crate) use shape::shape;
pub(crate) use strict::Name;
pub use strict::no_duplicates;

use crate::payload::Payload;

/// The names that no field of a payload may take without being marked as that claim.
pub(crate) const REGISTERED: [&str; 9] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "auth_time",
    "cnf",
];

/// What a token says: who it is for (`P`), and the registered claims around it.
///
/// [`Jam::make_payload`](crate::Jam::make_payload) makes one,
/// [`Jam::gen_jwt_token`](crate::Jam::gen_jwt_token) signs it and
/// [`Jam::verify_jwt_token`](crate::Jam::verify_jwt_token) gives it back. It derefs to
/// the payload. Times are whole seconds since the Unix epoch.
#[derive(Clone)]
pub struct Claims<P> {
    pub(crate) registered: RegisteredClaims,
    pub(crate) payload: P,
}

impl<P: Payload> Claims<P> {
    /// Makes claims that have expired and were never issued.
    pub fn expired(payload: P) -> Self {
        Self {
            registered: RegisteredClaims::default(),
            payload,
        }
    }

    /// The payload, without the registered claims.
    pub fn into_inner(self) -> P {
        self.payload
    }

    /// The same claims, valid for `lifetime` (whole seconds) from the time of issue.
    ///
    /// It is the way to a shorter or longer life than
    /// [`Jwt::lifetime`](crate::Jwt::lifetime) for one token.
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        let issued_at = self.registered.issued_at().unwrap_or(0);
        self.registered.expires_at = issued_at.saturating_add(lifetime.as_secs());
        self
    }
}

impl<P: Payload> Claims<P> {
    /// The same claims, saying that the user proved who they are at `auth_time`, in seconds since
    /// the Unix epoch.
    ///
    /// A token that does not say counts as issued at a login. So whoever renews tokens carries the
    /// old one's [`auth_time`](RegisteredClaims::auth_time) over, or a renewal would pass for a
    /// login where a rule asks for a [`fresh`](crate::Access::fresh) one.
    pub fn with_auth_time(mut self, auth_time: u64) -> Self {
        self.registered.auth_time = Some(auth_time.into());
        self
    }
}

impl<P> Claims<P> {
    /// The registered claims.
    pub fn registered(&self) -> &RegisteredClaims {
        &self.registered
    }
}

impl<P> Deref for Claims<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.payload
    }
}

impl<P> fmt::Debug for Claims<P> {
    // The payload is the user's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Claims").field(&self.registered).finish()
    }
}
