//! The refusal of a request: its kind, status, challenge and body. The crate of a web framework
//! turns it into a response.
//!
//! Uses [`base`](crate::base).

mod challenge;
mod problem;

use std::fmt;

use http::{HeaderValue, StatusCode};

pub use challenge::Scheme;
pub use problem::Problem;

/// The reason why a request was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RejectionKind {
    /// The request has no credential: 401 with the challenge `Bearer` (RFC 6750 section 3.1).
    NoCredential,
    /// The credential is not valid, for any reason: 401 `invalid_token`.
    InvalidCredential,
    /// The credential is malformed, or its header occurs twice: 400 `invalid_request`. Two different values of
    /// a cookie are [`InvalidCredential`](Self::InvalidCredential).
    InvalidRequest,
    /// The caller lacks a scope that the rule requires: 403 `insufficient_scope`.
    InsufficientScope,
    /// The caller lacks a role that the rule requires: 403.
    InsufficientRole,
    /// A policy denied the request, or could not decide: 403.
    Denied,
    /// The caller signed in too long ago: 401 `insufficient_user_authentication` (RFC 9470).
    Stale,
    /// The rule admits anonymous requests only, and the request has a caller: 403, or 303 to the
    /// page of the rule.
    SignedIn,
    /// The resource is hidden from the caller: 404.
    Hidden,
    /// The request comes from a page of another site: 403.
    CrossSite,
    /// The session store, or a backend of your own, is not available: 503 with `Retry-After`.
    Unavailable,
    /// The application is not configured for its rule: 500. The log says which setting is missing.
    Misconfigured,
}

impl fmt::Display for RejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoCredential => "no credential",
            Self::InvalidCredential => "the credential is not valid",
            Self::InvalidRequest => "the credential is malformed",
            Self::InsufficientScope => "a scope is missing",
            Self::InsufficientRole => "a role is missing",
            Self::Denied => "a policy denied it",
            Self::Stale => "the login is too long ago",
            Self::SignedIn => "the page is for guests only",
            Self::Hidden => "the resource is hidden from this caller",
            Self::CrossSite => "the request comes from another site",
            Self::Unavailable => "the session store is not available",
            Self::Misconfigured => "authentication is not set up for this",
        })
    }
}

/// The refusal of a request.
#[derive(Clone)]
pub struct Refusal {
    kind: RejectionKind,
    /// Details, in a box because most refusals have none.
    details: Option<Box<Details>>,
}

#[derive(Clone, Default)]
struct Details {
    challenge: Option<HeaderValue>,
    location: Option<HeaderValue>,
    /// If `true`, `location` is sent to htmx in `HX-Redirect`.
    is_htmx: bool,
}

impl Refusal {
    /// Makes a refusal of this kind.
    pub fn new(kind: RejectionKind) -> Self {
        Self {
            kind,
            details: None,
        }
    }

    /// Makes the refusal of a caller that lacks `scopes`, separated by spaces (RFC 6750
    /// section 3.1).
    pub fn insufficient_scope(scopes: &str) -> Self {
        let mut refusal = Self::new(RejectionKind::InsufficientScope);
        // A scope contains no quote: the derive of the payload checks it.
        refusal.details().challenge =
            Scheme::Bearer.challenge("insufficient_scope", &[("scope", scopes)]);
        refusal
    }

    /// Makes the refusal of a caller with a login that is `max_age` seconds old or older (RFC 9470
    /// section 3).
    pub fn stale_login(max_age: u64) -> Self {
        let mut refusal = Self::new(RejectionKind::Stale);
        let age = max_age.to_string();
        refusal.details().challenge =
            Scheme::Bearer.challenge("insufficient_user_authentication", &[("max_age", &age)]);
        refusal
    }

    /// Makes the refusal of a caller under a rule that admits anonymous requests only. It redirects
    /// a browser to `redirect_to`, if that is given.
    pub fn signed_in(redirect_to: Option<&'static str>) -> Self {
        let mut refusal = Self::new(RejectionKind::SignedIn);
        if let Some(page) = redirect_to {
            refusal.details().location = Some(HeaderValue::from_static(page));
        }
        refusal
    }

    /// Makes the refusal of a request that the application is not configured for, and logs the
    /// reason.
    pub fn misconfigured(why: &str) -> Self {
        tracing::error!(target: "jam", "{why}");
        Self::new(RejectionKind::Misconfigured)
    }

    /// Redirects the client to this address.
    pub fn redirect_to(&mut self, address: HeaderValue) {
        self.details().location = Some(address);
    }

    /// Adds the address of the metadata of the protected resource to the challenge (RFC 9728 section 5.1), and the
    /// scopes that a client needs, separated by spaces (RFC 6750 section 3).
    pub fn for_resource(&mut self, metadata: &str, scopes: &str) {
        let Some(challenge) = self.challenge().and_then(|value| value.to_str().ok()) else {
            return;
        };
        let separator = if challenge.contains('=') { "," } else { "" };
        let mut whole = format!(r#"{challenge}{separator} resource_metadata="{metadata}""#);
        if !scopes.is_empty() && !challenge.contains("scope=\"") {
            whole.push_str(&format!(r#", scope="{scopes}""#));
        }
        self.details().challenge = HeaderValue::try_from(whole).ok();
    }

    /// Sends the address, if there is one, to htmx in the header `HX-Redirect`.
    pub fn for_htmx(&mut self) {
        if let Some(details) = &mut self.details {
            details.is_htmx = true;
        }
    }

    fn details(&mut self) -> &mut Details {
        self.details.get_or_insert_default()
    }

    /// Returns the reason of the refusal.
    pub fn kind(&self) -> RejectionKind {
        self.kind
    }

    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        match self.location() {
            Some(_) => StatusCode::SEE_OTHER,
            None => self.problem().status,
        }
    }

    /// Returns the header `WWW-Authenticate` of the response. Every 401 has one (RFC 9110
    /// section 15.5.2).
    pub fn challenge(&self) -> Option<&HeaderValue> {
        self.own_challenge().or(self.problem().challenge)
    }

    /// Returns the challenge of this refusal, if it has more details than the challenge of its
    /// kind.
    pub fn own_challenge(&self) -> Option<&HeaderValue> {
        self.details.as_ref()?.challenge.as_ref()
    }

    /// Returns the address to which a browser is redirected, for `Location`.
    pub fn location(&self) -> Option<&HeaderValue> {
        let details = self.details.as_ref().filter(|details| !details.is_htmx)?;
        details.location.as_ref()
    }

    /// Returns the address to which htmx is redirected, for `HX-Redirect`.
    pub fn htmx_location(&self) -> Option<&HeaderValue> {
        let details = self.details.as_ref().filter(|details| details.is_htmx)?;
        details.location.as_ref()
    }

    /// Returns the status, the headers and the body of the response.
    pub fn problem(&self) -> &'static Problem {
        match self.kind {
            RejectionKind::NoCredential => &Problem::NO_CREDENTIAL,
            RejectionKind::InvalidCredential => &Problem::INVALID_CREDENTIAL,
            RejectionKind::InvalidRequest => &Problem::INVALID_REQUEST,
            RejectionKind::InsufficientScope
            | RejectionKind::InsufficientRole
            | RejectionKind::Denied => &Problem::FORBIDDEN,
            RejectionKind::Stale => &Problem::STALE,
            RejectionKind::SignedIn => &Problem::SIGNED_IN,
            RejectionKind::Hidden => &Problem::HIDDEN,
            RejectionKind::CrossSite => &Problem::CROSS_SITE,
            RejectionKind::Unavailable => &Problem::UNAVAILABLE,
            RejectionKind::Misconfigured => &Problem::INTERNAL,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Refusal").field(&self.kind).finish()
    }
}
