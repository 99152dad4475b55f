//! The registered claims, as they are kept.

use std::fmt;
use std::num::NonZero;
use std::sync::Arc;

use smol_str::SmolStr;

use super::audience::Audience;

/// The registered claims of a token (RFC 7519 section 4.1), and `auth_time` of OpenID
/// Connect. Times are whole seconds since the Unix epoch.
// It goes with the caller from hand to hand, so it is kept small.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RegisteredClaims {
    pub(crate) expires_at: u64,
    pub(crate) not_before: Option<Time>,
    pub(crate) issued_at: Option<Time>,
    pub(crate) auth_time: Option<Time>,
    pub(crate) token_id: Option<SmolStr>,
    /// Nothing when nobody is named.
    pub(crate) parties: Option<Arc<Parties>>,
}

/// Seconds since the Unix epoch, of which `Option` is no larger. The last second there is counts
/// as the one before it.
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

/// Who is named in a token.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Parties {
    pub(crate) issuer: Option<SmolStr>,
    pub(crate) subject: Option<SmolStr>,
    pub(crate) audience: Audience,
}

impl Parties {
    /// These, as claims have them: shared with all the claims that name the same as our own do.
    pub(crate) fn shared(self, own: Option<&Arc<Self>>) -> Option<Arc<Self>> {
        match own {
            Some(own) if **own == self => Some(Arc::clone(own)),
            _ => (self != Self::default()).then(|| Arc::new(self)),
        }
    }

    /// Whether they are these and nobody else.
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

    /// `exp`: the first second at which the token is no longer valid.
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }

    /// `iat`: when the token was issued.
    pub fn issued_at(&self) -> Option<u64> {
        self.issued_at.map(Time::seconds)
    }

    /// `nbf`: the first second at which the token is valid.
    pub fn not_before(&self) -> Option<u64> {
        self.not_before.map(Time::seconds)
    }

    /// `auth_time`: when the user proved who they are (OpenID Connect Core section 2). A
    /// token that does not say was issued at that time.
    pub fn auth_time(&self) -> Option<u64> {
        self.auth_time.or(self.issued_at).map(Time::seconds)
    }

    /// `jti`: the name of this one token.
    pub fn token_id(&self) -> Option<&str> {
        self.token_id.as_deref()
    }

    /// `iss`: who issued the token.
    pub fn issuer(&self) -> Option<&str> {
        self.parties.as_ref()?.issuer.as_deref()
    }

    /// `sub`, when no field of the payload is marked as the subject.
    pub fn subject(&self) -> Option<&str> {
        self.parties.as_ref()?.subject.as_deref()
    }

    /// `aud`: for whom the token is; nothing when it does not say.
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        let parties = self.parties.iter();
        let all = parties.flat_map(|parties| parties.audience.as_slice());
        all.map(SmolStr::as_str)
    }
}

impl fmt::Debug for RegisteredClaims {
    // The subject is the user, and `jti` is what a list of revoked tokens is keyed by.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredClaims")
            .field("issued_at", &self.issued_at())
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
