//! The answers that Jam itself gives, as RFC 9457 problem documents.
//!
//! They are constants: nothing of the request and nothing of the fault's cause can
//! get into them, and two faults that must look alike are one constant.

use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};

use crate::headers;
use crate::response::add_vary;

/// One answer: status, challenge and body.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// `WWW-Authenticate`, on every 401 (RFC 9110 section 15.5.2) and wherever
    /// RFC 6750 section 3.1 gives an error code.
    pub(crate) challenge: Option<&'static HeaderValue>,
    /// The request headers that this answer depends on, besides the credential.
    vary: Option<&'static str>,
    body: &'static str,
}

/// Seconds after which a client may try again when the store was out of reach.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("1");

// The error codes of RFC 6750 section 3.1.
static BEARER: HeaderValue = HeaderValue::from_static("Bearer");
static INVALID_TOKEN: HeaderValue = HeaderValue::from_static(r#"Bearer error="invalid_token""#);
static REQUEST_IS_INVALID: HeaderValue =
    HeaderValue::from_static(r#"Bearer error="invalid_request""#);

macro_rules! problem {
    ($status:ident, $challenge:expr, $number:literal, $title:literal, $detail:literal) => {
        Problem {
            status: StatusCode::$status,
            challenge: $challenge,
            vary: None,
            body: concat!(
                r#"{"type":"about:blank","title":""#,
                $title,
                r#"","status":"#,
                $number,
                r#","detail":""#,
                $detail,
                r#""}"#
            ),
        }
    };
}

impl Problem {
    pub(crate) const NO_CREDENTIAL: Self = problem!(
        UNAUTHORIZED,
        Some(&BEARER),
        "401",
        "Unauthorized",
        "This resource needs a credential."
    );
    pub(crate) const INVALID_CREDENTIAL: Self = problem!(
        UNAUTHORIZED,
        Some(&INVALID_TOKEN),
        "401",
        "Unauthorized",
        "The credential is not valid."
    );
    pub(crate) const INVALID_REQUEST: Self = problem!(
        BAD_REQUEST,
        Some(&REQUEST_IS_INVALID),
        "400",
        "Bad Request",
        "The credential is malformed or given more than once."
    );
    pub(crate) const FORBIDDEN: Self =
        problem!(FORBIDDEN, None, "403", "Forbidden", "You may not do this.");
    pub(crate) const CROSS_SITE: Self = Self {
        vary: Some("Sec-Fetch-Site, Origin"),
        ..problem!(
            FORBIDDEN,
            None,
            "403",
            "Forbidden",
            "The request comes from another site."
        )
    };
    pub(crate) const STALE: Self = problem!(
        UNAUTHORIZED,
        None,
        "401",
        "Unauthorized",
        "This needs a login that is more recent."
    );
    pub(crate) const SIGNED_IN: Self = problem!(
        FORBIDDEN,
        None,
        "403",
        "Forbidden",
        "This is for those who are not signed in."
    );
    pub(crate) const HIDDEN: Self = problem!(
        NOT_FOUND,
        None,
        "404",
        "Not Found",
        "There is no such resource."
    );
    pub(crate) const CONFLICT: Self = problem!(
        CONFLICT,
        None,
        "409",
        "Conflict",
        "The session was changed by another request."
    );
    pub(crate) const SESSION_LIMIT: Self = problem!(
        CONFLICT,
        None,
        "409",
        "Conflict",
        "There are as many logins as allowed; end one of them first."
    );
    pub(crate) const INTERNAL: Self = problem!(
        INTERNAL_SERVER_ERROR,
        None,
        "500",
        "Internal Server Error",
        "Authentication is not set up correctly; the log says what is missing."
    );
    pub(crate) const UNAVAILABLE: Self = problem!(
        SERVICE_UNAVAILABLE,
        None,
        "503",
        "Service Unavailable",
        "Authentication is out of reach for the moment."
    );
}

/// The answer, with the headers that belong to its status.
pub(crate) fn response(problem: &'static Problem) -> Response {
    let mut response = Response::new(Body::from(problem.body));
    *response.status_mut() = problem.status;
    response.headers_mut().append(
        CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    complete(&mut response, problem);
    response
}

/// The headers that an answer of this kind must carry whoever wrote its body.
pub(crate) fn complete(response: &mut Response, problem: &'static Problem) {
    let status = response.status();
    let headers = response.headers_mut();
    if !headers::has(headers, &CACHE_CONTROL) {
        headers.append(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    // A 401 without a challenge is no answer (RFC 9110 section 15.5.2), whoever wrote it.
    let challenge = match status {
        _ if status == problem.status => problem.challenge,
        StatusCode::UNAUTHORIZED => Some(&BEARER),
        _ => None,
    };
    if let Some(challenge) = challenge
        && !headers::has(headers, &WWW_AUTHENTICATE)
    {
        headers.append(WWW_AUTHENTICATE, challenge.clone());
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.entry(RETRY_AFTER).or_insert(RETRY_AFTER_SECONDS);
    }
    if let Some(vary) = problem.vary {
        add_vary(headers, &HeaderValue::from_static(vary));
    }
}
