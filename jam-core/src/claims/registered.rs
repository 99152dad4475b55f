//! The registered claims in memory.

use std::fmt;
use std::num::NonZero;
use std::sync::Arc;

use smol_str::SmolStr;

use super::audience::Audience;

/// The registered claims of a token (RFC 7519 section 4.1), and `auth_time` of OpenID Connect.
/// Times are whole seconds since the Unix epoch.
// Each caller holds and moves these claims, so the type is small.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RegisteredClaims {
    pub(crate) expires_at: u64,
    pub(crate) not_before: Option<Time>,
    pub(crate) issued_at: Option<Time>,
    pub(crate) auth_time: Option<Time>,
    pub(crate) token_id: Option<SmolStr>,
    /// `None` if the token has no issuer, subject and audience.
    pub(crate) parties: Option<Arc<Parties>>,
}

/// Seconds since the Unix epoch. An `Option` of this type is not larger than the type. The largest
/// `u64` counts as one second less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time(NonZero<u64>);

impl From<u64> for Time {
    fn from(seconds: u64) -> Self {
        Self(NonZero::<u64>::MIN.saturating_add(seconds))
    }
}

impl Time {
    pub(crate) const fn seconds(self) -> u64 {
        self.0.get() - 1
    }
}

/// The issuer, the subject and the audience of a token.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Parties {
    pub(crate) issuer: Option<SmolStr>,
    pub(crate) subject: Option<SmolStr>,
    pub(crate) audience: Audience,
}

impl Parties {
    /// Returns the parties for a token's claims, or `None` if there are none. If they equal `own`,
    /// the result shares the memory of `own`.
    pub(crate) fn shared(self, own: Option<&Arc<Self>>) -> Option<Arc<Self>> {
        match own {
            Some(own) if **own == self => Some(Arc::clone(own)),
            _ => (self != Self::default()).then(|| Arc::new(self)),
        }
    }

    /// Returns `true` if the parties are exactly this issuer and this audience, without a subject.
    pub(super) fn are(&self, issuer: Option<&str>, audience: Option<&str>) -> bool {
        let own_audience = match &self.audience {
            Audience::Unsaid => None,
            Audience::One(one) => Some(one.as_str()),
            Audience::Several(_) => return false,
        };
        self.issuer.as_deref() == issuer && own_audience == audience && self.subject.is_none()
    }
}

impl RegisteredClaims {
    /// Makes the claims of a token that was issued in 1970 and never expires, for a test.
    #[cfg(feature = "testing")]
    pub fn unverified() -> Self {
        Self {
            expires_at: u64::MAX,
            issued_at: Some(0.into()),
            ..Self::default()
        }
    }

    /// Returns `exp`: the first second at which the token is no longer valid.
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }

    /// Returns `iat`: the time of issue.
    pub fn issued_at(&self) -> Option<u64> {
        self.issued_at.map(Time::seconds)
    }

    /// Returns `nbf`: the first second at which the token is valid.
    pub fn not_before(&self) -> Option<u64> {
        self.not_before.map(Time::seconds)
    }

    /// Returns `auth_time`: the time of the login (OpenID Connect Core section 2). If the token has
    /// no `auth_time`, it is the time of issue.
    pub fn auth_time(&self) -> Option<u64> {
        self.auth_time.or(self.issued_at).map(Time::seconds)
    }

    /// Returns `jti`: the unique identifier of the token.
    pub fn token_id(&self) -> Option<&str> {
        self.token_id.as_deref()
    }

    /// Returns `iss`: the issuer of the token.
    pub fn issuer(&self) -> Option<&str> {
        self.parties.as_ref()?.issuer.as_deref()
    }

    /// Returns `sub`, the subject, if no field of the payload is marked as the subject.
    pub fn subject(&self) -> Option<&str> {
        self.parties.as_ref()?.subject.as_deref()
    }

    /// Returns `aud`: the audience of the token. It is empty if the token has none.
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        let parties = self.parties.iter();
        let all = parties.flat_map(|parties| parties.audience.as_slice());
        all.map(SmolStr::as_str)
    }
}

impl fmt::Debug for RegisteredClaims {
    // The subject is private data of the user, and `jti` can be the key in a list of revoked
    // tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredClaims")
            .field("issued_at", &self.issued_at())
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
