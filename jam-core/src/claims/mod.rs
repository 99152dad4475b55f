//! The claims of a token: the registered claims and the fields of the payload, in one flat JSON
//! object (RFC 7519 section 4).

mod audience;
mod json;
mod placed;
mod read;
pub mod read_back;
mod registered;
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

/// The claims of a token: the payload `P` and the registered claims.
///
/// `Jam::make_payload` makes claims, `Jam::gen_jwt_token` signs them, and `Jam::verify_jwt_token`
/// returns the claims of a token. Claims dereference to the payload. Times are whole seconds since
/// the Unix epoch.
#[derive(Clone)]
pub struct Claims<P> {
    pub(crate) registered: RegisteredClaims,
    pub(crate) payload: P,
}

impl<P: Payload> Claims<P> {
    /// Makes claims with a payload and expiry at the Unix epoch, without any other registered
    /// claim.
    pub fn expired(payload: P) -> Self {
        Self {
            registered: RegisteredClaims::default(),
            payload,
        }
    }

    /// Returns the payload.
    pub fn into_inner(self) -> P {
        self.payload
    }

    /// Sets the lifetime, in whole seconds from the time of issue. It replaces
    /// [`Jwt::lifetime`](crate::token::Jwt::lifetime) for this token.
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        let issued_at = self.registered.issued_at().unwrap_or(0);
        self.registered.expires_at = issued_at.saturating_add(lifetime.as_secs());
        self
    }
}

impl<P: Payload> Claims<P> {
    /// Sets the time of the login, in seconds since the Unix epoch.
    ///
    /// A token without `auth_time` counts as issued at a login. So copy the
    /// [`auth_time`](RegisteredClaims::auth_time) of the old token when you renew a token.
    /// Otherwise the renewal would count as a login in a rule with
    /// [`fresh`](crate::rule::Access::fresh).
    pub fn with_auth_time(mut self, auth_time: u64) -> Self {
        self.registered.auth_time = Some(auth_time.into());
        self
    }
}

impl<P> Claims<P> {
    /// Returns the registered claims.
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
    // The payload is private data of the user, so it is not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Claims").field(&self.registered).finish()
    }
}
