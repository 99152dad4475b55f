//! Responses: rejections, errors, cookies and headers for caches.
//!
//! Uses `jam-core` alone.

pub(crate) mod answer;
pub(crate) mod cache;
pub(crate) mod consulted;
pub(crate) mod error;
pub(crate) mod jwks;
pub(crate) mod logout;
pub(crate) mod rejection;
pub(crate) mod set_cookie;

use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use jam_core::refusal::{Problem, Scheme};
use jam_core::request::headers;

/// Seconds after which a client may try again when the store was not available.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// Makes the response of a problem, with the headers that belong to its status.
fn problem(problem: &'static Problem) -> Response {
    let mut response = Response::new(Body::from(problem.body));
    *response.status_mut() = problem.status;
    response.headers_mut().append(
        CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    complete(&mut response, problem);
    response
}

/// Adds the headers that an answer of this kind must have, also if the application wrote its body.
fn complete(response: &mut Response, problem: &'static Problem) {
    let status = response.status();
    let headers = response.headers_mut();
    if !headers::has(headers, &CACHE_CONTROL) {
        headers.append(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    // A 401 must have a challenge (RFC 9110 section 15.5.2).
    let challenge = match status {
        _ if status == problem.status => problem.challenge.cloned(),
        StatusCode::UNAUTHORIZED => Some(HeaderValue::from_static(Scheme::Bearer.as_str())),
        _ => None,
    };
    if let Some(challenge) = challenge
        && !headers::has(headers, &WWW_AUTHENTICATE)
    {
        headers.append(WWW_AUTHENTICATE, challenge);
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.entry(RETRY_AFTER).or_insert(RETRY_AFTER_SECONDS);
    }
    if let Some(vary) = problem.vary {
        cache::add_vary(headers, &HeaderValue::from_static(vary));
    }
}
