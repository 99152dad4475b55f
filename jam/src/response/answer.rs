//! The answers of handlers that an attribute has wrapped.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::response::{IntoResponse, Response};

use super::cache::CacheHeaders;
use super::set_cookie::{self, SetCookie};

/// Headers that the answer of an optional handler gets.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Stale {
    /// An invalid cookie, which is cleared.
    pub(crate) removal: Option<SetCookie>,
    /// The headers for caches.
    pub(crate) caching: CacheHeaders,
}

/// The answer of a handler with an optional rule, and the headers that it gets.
#[doc(hidden)]
#[derive(Debug)]
pub struct Answered<R> {
    answer: R,
    stale: Stale,
}

#[doc(hidden)]
pub fn answer<R: HandlerResponse>(stale: Stale, answer: R) -> Answered<R> {
    Answered { answer, stale }
}

impl<R: IntoResponse> IntoResponse for Answered<R> {
    fn into_response(self) -> Response {
        let mut response = self.answer.into_response();
        self.stale.add_to(&mut response);
        response
    }
}

/// The answer of a handler with `#[jam_auth(public = "..")]`, with the reason `R` as a type.
///
/// It derefs to the answer.
#[doc(hidden)]
#[derive(Debug)]
pub struct Open<T, R> {
    answer: T,
    reason: PhantomData<fn() -> R>,
}

#[doc(hidden)]
pub fn open<T: HandlerResponse, R>(answer: T) -> Open<T, R> {
    Open {
        answer,
        reason: PhantomData,
    }
}

impl<T, R> Open<T, R> {
    /// Returns the answer of the handler.
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
            set_cookie::clear(response, removal);
        }
    }
}

/// A type that a handler may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a response",
    label = "this type does not implement `axum::response::IntoResponse`",
    note = "return `axum::Json<..>`, `String`, a status code, or implement `IntoResponse` for it"
)]
pub trait HandlerResponse: IntoResponse {}

#[diagnostic::do_not_recommend]
impl<R: IntoResponse> HandlerResponse for R {}
