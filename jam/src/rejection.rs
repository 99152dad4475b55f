//! What a caller who is not let in is told: the one place where that is decided.

use std::fmt;

use axum::response::{IntoResponse, Response};
use http::header::WWW_AUTHENTICATE;
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode};

use crate::auth::Stale;
use crate::jam::Jam;
use crate::problem::{self, Problem};
use crate::redirect;
use crate::response::CacheHeaders;

/// Why a request was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RejectionKind {
    /// Nothing in the request says who calls: 401 with the challenge `Bearer`
    /// (RFC 6750 section 3.1).
    NoCredential,
    /// The credential is not good, for whatever reason: 401 `invalid_token`.
    InvalidCredential,
    /// The credential is malformed, or there are two in one place: 400
    /// `invalid_request`.
    InvalidRequest,
    /// The caller lacks the scopes of the rule: 403 `insufficient_scope`.
    InsufficientScope,
    /// The caller lacks the role of the rule: 403.
    InsufficientRole,
    /// A policy said no, or could not decide: 403.
    Denied,
    /// The caller signed in too long ago: 401 `insufficient_user_authentication`
    /// (RFC 9470).
    Stale,
    /// The page is for those who are not signed in: 403, or 303 to where they belong.
    SignedIn,
    /// The caller may not know that there is something here: 404.
    Hidden,
    /// A page of another site made the request: 403.
    CrossSite,
    /// The session store, or a backend of your own, is out of reach: 503 with `Retry-After`.
    Unavailable,
    /// The application is not set up for what its rule asks: 500. The log says what is
    /// missing.
    Misconfigured,
}

/// Tells htmx to load another page (htmx's documentation, "HX-Redirect").
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

/// The answer to a request that is not let in.
///
/// It is an RFC 9457 problem document unless
/// [`on_reject`](crate::JamBuilder::on_reject) says otherwise.
pub struct Rejection(Box<Inner>);

struct Inner {
    kind: RejectionKind,
    challenge: Option<HeaderValue>,
    /// Where a browser is sent instead.
    location: Option<HeaderValue>,
    /// The address in `HX-Redirect`, for a request of htmx.
    htmx: Option<HeaderValue>,
    /// Makes the headers for caches, where no table or layer adds them.
    caching: Option<fn() -> CacheHeaders>,
    mapped: Option<Response>,
    /// What the answer says besides, of a stranger whom a policy turned away.
    stale: Option<Stale>,
}

impl Rejection {
    pub(crate) fn new(kind: RejectionKind) -> Self {
        Self(Box::new(Inner {
            kind,
            challenge: None,
            location: None,
            htmx: None,
            caching: None,
            mapped: None,
            stale: None,
        }))
    }

    /// RFC 6750 section 3.1: what would have been enough.
    pub(crate) fn insufficient_scope(scopes: &str) -> Self {
        let mut rejection = Self::new(RejectionKind::InsufficientScope);
        let challenge = format!(r#"Bearer error="insufficient_scope", scope="{scopes}""#);
        // Scopes are checked when the payload is derived: none holds a quote.
        rejection.0.challenge = HeaderValue::try_from(challenge).ok();
        rejection
    }

    /// RFC 9470 section 3: how many seconds ago the login may have been.
    pub(crate) fn stale(age: u64) -> Self {
        let mut rejection = Self::new(RejectionKind::Stale);
        let challenge =
            format!(r#"Bearer error="insufficient_user_authentication", max_age={age}"#);
        rejection.0.challenge = HeaderValue::try_from(challenge).ok();
        rejection
    }

    pub(crate) fn signed_in(else_to: Option<&'static str>) -> Self {
        let mut rejection = Self::new(RejectionKind::SignedIn);
        rejection.0.location = else_to.map(HeaderValue::from_static);
        rejection
    }

    /// The same, sending a browser that came without a good credential to the page `login`.
    pub(crate) fn towards(mut self, login: Option<&'static str>, parts: &Parts) -> Self {
        let reauth = self.kind() == RejectionKind::Stale;
        let unknown = matches!(
            self.kind(),
            RejectionKind::NoCredential | RejectionKind::InvalidCredential
        );
        if let Some(login) = login
            && (reauth || unknown)
        {
            self.0.location = redirect::to_login(login, reauth, parts);
        }
        if self.0.location.is_some() && redirect::is_htmx(parts) {
            self.0.htmx = self.0.location.take();
        }
        self
    }

    /// Adds the headers for caches that belong to the answers of a rule.
    #[cold]
    pub(crate) fn behind(mut self, caching: fn() -> CacheHeaders) -> Self {
        self.0.caching = Some(caching);
        self
    }

    pub(crate) fn misconfigured(what: &str) -> Self {
        tracing::error!(target: "jam", "{what}");
        Self::new(RejectionKind::Misconfigured)
    }

    /// The same, as the application wants it answered.
    pub(crate) fn mapped(mut self, jam: &Jam, parts: &Parts) -> Self {
        tracing::debug!(target: "jam", kind = ?self.kind(), "request refused");
        if let Some(map) = jam.on_reject() {
            self.0.mapped = Some(map(&self, parts));
        }
        self
    }

    /// A policy's own answer.
    pub(crate) fn answered(answer: Response) -> Self {
        let mut rejection = Self::new(RejectionKind::Denied);
        rejection.0.mapped = Some(answer);
        rejection
    }

    pub(crate) fn with(mut self, stale: Stale) -> Self {
        self.0.stale = Some(stale);
        self
    }

    /// Why the request was not let in.
    pub fn kind(&self) -> RejectionKind {
        self.0.kind
    }

    /// The status of the default answer.
    pub fn status(&self) -> StatusCode {
        match self.0.location {
            Some(_) => StatusCode::SEE_OTHER,
            None => self.problem().status,
        }
    }

    /// Where the default answer sends the browser, if it does.
    pub fn location(&self) -> Option<&HeaderValue> {
        self.0.location.as_ref()
    }

    /// The `WWW-Authenticate` of the default answer. A 401 has one in every case, and
    /// [`on_reject`](crate::JamBuilder::on_reject) need not add it.
    pub fn challenge(&self) -> Option<HeaderValue> {
        let default = self.problem().challenge.cloned();
        self.0.challenge.clone().or(default)
    }

    fn problem(&self) -> &'static Problem {
        match self.0.kind {
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

    /// The default answer.
    pub fn to_response(&self) -> Response {
        if let Some(location) = &self.0.location {
            return redirect::see_other(location);
        }
        let mut response = problem::response(self.problem());
        if let Some(address) = &self.0.htmx {
            response.headers_mut().insert(HX_REDIRECT, address.clone());
        }
        if let Some(challenge) = &self.0.challenge {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, challenge.clone());
        }
        response
    }
}

impl IntoResponse for Rejection {
    fn into_response(mut self) -> Response {
        let stale = self.0.stale.take();
        let caching = self.0.caching;
        let mut response = self.into_answer();
        if let Some(caching) = caching {
            caching().add_to(&mut response);
        }
        if let Some(stale) = stale {
            stale.add_to(&mut response);
        }
        response
    }
}

impl Rejection {
    fn into_answer(mut self) -> Response {
        let Some(mut response) = self.0.mapped.take() else {
            return self.to_response();
        };
        if let Some(address) = self.0.htmx.take() {
            response.headers_mut().entry(HX_REDIRECT).or_insert(address);
        }
        if let Some(challenge) = &self.0.challenge
            && response.status() == self.problem().status
        {
            response
                .headers_mut()
                .entry(WWW_AUTHENTICATE)
                .or_insert(challenge.clone());
        }
        problem::complete(&mut response, self.problem());
        response
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.kind {
            RejectionKind::NoCredential => "no credential",
            RejectionKind::InvalidCredential => "the credential is not valid",
            RejectionKind::InvalidRequest => "the credential is malformed",
            RejectionKind::InsufficientScope => "a scope is missing",
            RejectionKind::InsufficientRole => "a role is missing",
            RejectionKind::Denied => "a policy denied it",
            RejectionKind::Stale => "the login is too long ago",
            RejectionKind::SignedIn => "the page is for those who are not signed in",
            RejectionKind::Hidden => "the caller may not know of this",
            RejectionKind::CrossSite => "the request comes from another site",
            RejectionKind::Unavailable => "the session store is out of reach",
            RejectionKind::Misconfigured => "authentication is not set up for this",
        })
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rejection").field(&self.0.kind).finish()
    }
}

impl std::error::Error for Rejection {}
