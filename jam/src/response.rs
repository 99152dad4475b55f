//! What Jam adds to the answer of a handler.

use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{Entry, VARY};

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

impl Stale {
    pub(crate) fn add_to(self, response: &mut Response) {
        vary(response, self.sources.into_iter());
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

/// Tells caches on which headers the answer depends (RFC 9110 section 12.5.5).
pub(crate) fn vary(response: &mut Response, sources: impl Iterator<Item = Source>) {
    for source in sources {
        let name = match source {
            Source::Cookie(_) => "cookie",
            Source::Header(name) => name,
        };
        let name = HeaderValue::from_static(name);
        match response.headers_mut().entry(VARY) {
            Entry::Vacant(fields) => {
                fields.insert(name);
            }
            Entry::Occupied(mut fields) => {
                if !lists(fields.iter(), &name) {
                    fields.append(name);
                }
            }
        }
    }
}

fn lists<'a>(fields: impl Iterator<Item = &'a HeaderValue>, name: &HeaderValue) -> bool {
    let name = name.to_str().unwrap_or_default();
    fields
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(','))
        .any(|listed| listed.trim() == "*" || listed.trim().eq_ignore_ascii_case(name))
}
