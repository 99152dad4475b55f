//! What Jam adds to the answer of a handler.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, VARY};
use http::{HeaderMap, HeaderValue};

use crate::__private::Answer;
use crate::access::Source;
use crate::auth::Stale;
use crate::cookie::{self, SetCookie};
use crate::headers;

/// What a handler whose rule is optional returns, with what is to be added to it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Answered<R> {
    answer: R,
    stale: Stale,
}

#[doc(hidden)]
pub fn answer<R: Answer>(stale: Stale, answer: R) -> Answered<R> {
    Answered { answer, stale }
}

impl<R: IntoResponse> IntoResponse for Answered<R> {
    fn into_response(self) -> Response {
        let mut response = self.answer.into_response();
        self.stale.add_to(&mut response);
        response
    }
}

/// What a handler with `#[jam_auth(public = "..")]` returns: its answer, and the reason `R` as a type.
///
/// It derefs to the answer.
#[doc(hidden)]
#[derive(Debug)]
pub struct Open<T, R> {
    answer: T,
    reason: PhantomData<fn() -> R>,
}

#[doc(hidden)]
pub fn open<T: Answer, R>(answer: T) -> Open<T, R> {
    Open {
        answer,
        reason: PhantomData,
    }
}

impl<T, R> Open<T, R> {
    /// The answer of the handler.
    pub fn into_inner(self) -> T {
        self.answer
    }
}

impl<T, R> Deref for Open<T, R> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.answer
    }
}

impl<T: IntoResponse, R> IntoResponse for Open<T, R> {
    fn into_response(self) -> Response {
        self.answer.into_response()
    }
}

impl Stale {
    pub(crate) fn add_to(self, response: &mut Response) {
        self.caching.add_to(response);
        if let Some(removal) = &self.removal {
            clear(response, removal);
        }
    }
}

/// Clears a cookie that let nobody in, unless the handler has just set it anew.
pub(crate) fn clear(response: &mut Response, removal: &SetCookie) {
    if cookie::sets(response.headers(), removal.name()) {
        return;
    }
    if let Err(error) = removal.write(response.headers_mut()) {
        tracing::error!(target: "jam", %error, "a cookie could not be cleared");
    }
}

/// The headers by which caches know that an answer depends on the credential of the request.
#[derive(Clone, Debug, Default)]
pub(crate) struct CacheHeaders {
    vary: Vary,
    /// `true` if a browser may have attached the credential by itself.
    by_cookie: bool,
}

/// The names of the fields that hold the credential, in one field (RFC 9110 section 12.5.5).
#[derive(Clone, Debug, Default)]
enum Vary {
    #[default]
    Nothing,
    Cookie,
    Authorization,
    Fields(HeaderValue),
}

impl CacheHeaders {
    /// The headers of answers behind a rule with these sources.
    pub(crate) fn of(sources: impl Iterator<Item = Source> + Clone) -> Self {
        let (mut by_cookie, mut header, mut several) = (false, None, false);
        for source in sources.clone() {
            match source {
                Source::Cookie(_) => by_cookie = true,
                Source::Header(name) => {
                    several |= header.is_some_and(|own| !name.eq_ignore_ascii_case(own));
                    header = Some(name);
                }
            }
        }
        // Nearly every rule looks at one field.
        let vary = match (by_cookie, header) {
            (true, None) => Vary::Cookie,
            (false, None) => Vary::Nothing,
            (false, Some(name)) if !several => match name.eq_ignore_ascii_case("authorization") {
                true => Vary::Authorization,
                false => Vary::Fields(HeaderValue::from_static(name)),
            },
            _ => Vary::all(sources),
        };
        Self { vary, by_cookie }
    }

    /// Adds `Vary`, and `Cache-Control: private, no-cache` to a page behind a cookie that does not
    /// say how it may be kept: the back button after a logout then asks the server again.
    pub(crate) fn add_to(&self, response: &mut Response) {
        let headers = response.headers_mut();
        match &self.vary {
            Vary::Nothing => {}
            Vary::Cookie => add_vary(headers, &COOKIE),
            Vary::Authorization => add_vary(headers, &AUTHORIZATION),
            Vary::Fields(names) => add_vary(headers, names),
        }
        if self.by_cookie && !headers::has(headers, &CACHE_CONTROL) {
            headers.append(CACHE_CONTROL, PRIVATE);
        }
    }
}

impl Vary {
    #[cold]
    fn all(sources: impl Iterator<Item = Source>) -> Self {
        let mut names: Vec<&str> = Vec::new();
        for source in sources {
            let name = match source {
                Source::Cookie(_) => "cookie",
                Source::Header(name) => name,
            };
            if !names.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                names.push(name);
            }
        }
        HeaderValue::try_from(names.join(", ")).map_or(Self::Nothing, Self::Fields)
    }
}

static COOKIE: HeaderValue = HeaderValue::from_static("cookie");
static AUTHORIZATION: HeaderValue = HeaderValue::from_static("authorization");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Adds names to `Vary`, which stays one field without repetition.
pub(crate) fn add_vary(headers: &mut HeaderMap, names: &HeaderValue) {
    // Most answers have no such field yet.
    if !headers::has(headers, &VARY) {
        headers.append(VARY, names.clone());
    } else if let Some(merged) = merged(headers.get_all(VARY).iter().chain([names])) {
        headers.insert(VARY, merged);
    }
}

/// All names in the fields, each once.
#[cold]
fn merged<'a>(fields: impl Iterator<Item = &'a HeaderValue>) -> Option<HeaderValue> {
    let mut all: Vec<&str> = Vec::new();
    for field in fields {
        for name in field.to_str().ok()?.split(',').map(str::trim) {
            if !name.is_empty() && !all.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                all.push(name);
            }
        }
    }
    // An answer that varies by everything need say no more (RFC 9110 section 12.5.5).
    if all.contains(&"*") {
        return Some(HeaderValue::from_static("*"));
    }
    HeaderValue::try_from(all.join(", ")).ok()
}
