//! What Jam adds to the answer of a handler.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::response::{IntoResponse, Response};
use http::header::VARY;
use http::{HeaderMap, HeaderValue};

use crate::__private::Answer;
use crate::access::Source;
use crate::auth::Stale;
use crate::cookie::{self, SetCookie};

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
        self.vary.add_to(response);
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

/// On which headers of the request an answer depends, for caches (RFC 9110 section 12.5.5), in one
/// field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vary(Option<HeaderValue>);

impl Vary {
    /// Where `sources` are.
    pub(crate) fn on(sources: impl Iterator<Item = Source>) -> Self {
        let mut names: Vec<&'static str> = Vec::new();
        for source in sources {
            let name = match source {
                Source::Cookie(_) => "cookie",
                Source::Header(name) => name,
            };
            if !names.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                names.push(name);
            }
        }
        Self(match names.as_slice() {
            [] => None,
            [name] => Some(HeaderValue::from_static(name)),
            names => HeaderValue::try_from(names.join(", ")).ok(),
        })
    }

    pub(crate) fn add_to(&self, response: &mut Response) {
        let Some(field) = &self.0 else { return };
        let headers = response.headers_mut();
        // Most answers have no such field yet.
        if headers.append(VARY, field.clone()) {
            without_repetition(headers);
        }
    }
}

/// Leaves out of the last `Vary` what those before it say.
#[cold]
fn without_repetition(headers: &mut HeaderMap) {
    let mut fields: Vec<HeaderValue> = headers.get_all(VARY).iter().cloned().collect();
    let Some(last) = fields.pop() else { return };
    let names = |field| {
        HeaderValue::to_str(field)
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
    };
    let is_said = |name: &&str| {
        let mut said = fields.iter().flat_map(names);
        said.any(|own| own == "*" || own.eq_ignore_ascii_case(name))
    };
    let new: Vec<&str> = names(&last).filter(|name| !is_said(name)).collect();
    if let Ok(last) = HeaderValue::try_from(new.join(", "))
        && !last.is_empty()
    {
        fields.push(last);
    }
    headers.remove(VARY);
    for field in fields {
        headers.append(VARY, field);
    }
}
