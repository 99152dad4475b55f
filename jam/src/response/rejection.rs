//! The answer to a rejected request.

use std::fmt;

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, LOCATION, VARY, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use jam_core::refusal::Refusal;

pub use jam_core::refusal::RejectionKind;

use super::cache::CacheHeaders;
use super::set_cookie::{self, SetCookie};

/// Tells htmx to load another page (htmx's documentation, "HX-Redirect").
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

/// The answer to a rejected request.
///
/// It is an RFC 9457 problem document unless
/// [`on_reject`](crate::JamBuilder::on_reject) says otherwise.
pub struct Rejection(Box<Inner>);

struct Inner {
    refusal: Refusal,
    /// Makes the headers for caches, where no table or layer adds them.
    caching: Option<fn() -> CacheHeaders>,
    /// The application's own answer.
    mapped: Option<Response>,
    /// A cookie to clear.
    removal: Option<SetCookie>,
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Self(Box::new(Inner {
            refusal,
            caching: None,
            mapped: None,
            removal: None,
        }))
    }
}

impl Rejection {
    pub(crate) fn new(kind: RejectionKind) -> Self {
        Refusal::new(kind).into()
    }

    /// Adds the headers for caches that belong to the answers of a rule.
    #[cold]
    pub(crate) fn behind(mut self, caching: fn() -> CacheHeaders) -> Self {
        self.0.caching = Some(caching);
        self
    }

    pub(crate) fn misconfigured(what: &str) -> Self {
        Refusal::misconfigured(what).into()
    }

    /// Replaces the answer.
    pub(crate) fn answered_with(mut self, answer: Response) -> Self {
        self.0.mapped = Some(answer);
        self
    }

    /// Clears a cookie.
    pub(crate) fn removing(mut self, removal: Option<SetCookie>) -> Self {
        self.0.removal = removal;
        self
    }

    /// Returns the reason for the rejection.
    pub fn kind(&self) -> RejectionKind {
        self.0.refusal.kind()
    }

    /// Returns the status of the default answer.
    pub fn status(&self) -> StatusCode {
        self.0.refusal.status()
    }

    /// Returns the address to which the default answer sends a browser, if it does.
    pub fn location(&self) -> Option<&HeaderValue> {
        self.0.refusal.location()
    }

    /// Returns the `WWW-Authenticate` of the default answer. Every 401 has one, and
    /// [`on_reject`](crate::JamBuilder::on_reject) need not add it.
    pub fn challenge(&self) -> Option<HeaderValue> {
        self.0.refusal.challenge().cloned()
    }

    /// Makes the default answer.
    pub fn to_response(&self) -> Response {
        let refusal = &self.0.refusal;
        if let Some(location) = refusal.location() {
            return see_other(location);
        }
        let mut response = super::problem(refusal.problem());
        let headers = response.headers_mut();
        if let Some(address) = refusal.htmx_location() {
            headers.insert(HX_REDIRECT, address.clone());
        }
        if let Some(challenge) = refusal.own_challenge() {
            headers.insert(WWW_AUTHENTICATE, challenge.clone());
        }
        response
    }

    fn into_answer(mut self) -> Response {
        let Some(mut response) = self.0.mapped.take() else {
            return self.to_response();
        };
        let refusal = &self.0.refusal;
        if let Some(address) = refusal.htmx_location() {
            let headers = response.headers_mut();
            headers.entry(HX_REDIRECT).or_insert(address.clone());
        }
        if let Some(challenge) = refusal.own_challenge()
            && response.status() == refusal.problem().status
        {
            let headers = response.headers_mut();
            headers.entry(WWW_AUTHENTICATE).or_insert(challenge.clone());
        }
        super::complete(&mut response, refusal.problem());
        response
    }
}

/// Redirects with 303, so that the next request is a GET (RFC 9110 section 15.4.4).
fn see_other(location: &HeaderValue) -> Response {
    let headers = [
        (LOCATION, location.clone()),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (VARY, HeaderValue::from_static("accept")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

impl IntoResponse for Rejection {
    fn into_response(mut self) -> Response {
        let removal = self.0.removal.take();
        let caching = self.0.caching;
        let mut response = self.into_answer();
        if let Some(caching) = caching {
            caching().add_to(&mut response);
        }
        if let Some(removal) = removal {
            set_cookie::clear(&mut response, &removal);
        }
        response
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind().fmt(f)
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rejection").field(&self.kind()).finish()
    }
}

impl std::error::Error for Rejection {}
