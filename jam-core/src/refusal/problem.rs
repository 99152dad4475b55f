//! The bodies of refusals, as problem documents (RFC 9457).
//!
//! The bodies are constants, so they cannot contain data of the request or of the cause. Two
//! refusals that must look the same share one constant.

use http::{HeaderValue, StatusCode};

use crate::base::error::ErrorKind;

/// The content of a response: status, challenge and body.
#[derive(Debug)]
#[non_exhaustive]
pub struct Problem {
    /// The status.
    pub status: StatusCode,
    /// The header `WWW-Authenticate`. Every 401 has it (RFC 9110 section 15.5.2), and every refusal
    /// with an error code of RFC 6750 section 3.1.
    pub challenge: Option<&'static HeaderValue>,
    /// The request headers that the response depends on, in addition to the credential.
    pub vary: Option<&'static str>,
    /// The body, in JSON.
    pub body: &'static str,
}

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
    /// 401 for a request without a credential.
    pub const NO_CREDENTIAL: Self = problem!(
        UNAUTHORIZED,
        Some(&BEARER),
        "401",
        "Unauthorized",
        "This resource needs a credential."
    );
    /// 401 for a credential that is not valid.
    pub const INVALID_CREDENTIAL: Self = problem!(
        UNAUTHORIZED,
        Some(&INVALID_TOKEN),
        "401",
        "Unauthorized",
        "The credential is not valid."
    );
    /// 400 for a malformed credential.
    pub const INVALID_REQUEST: Self = problem!(
        BAD_REQUEST,
        Some(&REQUEST_IS_INVALID),
        "400",
        "Bad Request",
        "The credential is malformed or given more than once."
    );
    /// 403 for a caller that does not meet the rule.
    pub const FORBIDDEN: Self = problem!(
        FORBIDDEN,
        None,
        "403",
        "Forbidden",
        "You do not have permission to do this."
    );
    /// 403 for a request from another site.
    pub const CROSS_SITE: Self = Self {
        vary: Some("Sec-Fetch-Site, Origin"),
        ..problem!(
            FORBIDDEN,
            None,
            "403",
            "Forbidden",
            "The request comes from another site."
        )
    };
    /// 401 for a caller with a login that is too old.
    pub const STALE: Self = problem!(
        UNAUTHORIZED,
        None,
        "401",
        "Unauthorized",
        "This resource needs a more recent login."
    );
    /// 403 for a caller under a rule that admits anonymous requests only.
    pub const SIGNED_IN: Self = problem!(
        FORBIDDEN,
        None,
        "403",
        "Forbidden",
        "This resource is for guests, and you are signed in."
    );
    /// 404 for a caller that the resource is hidden from.
    pub const HIDDEN: Self = problem!(
        NOT_FOUND,
        None,
        "404",
        "Not Found",
        "There is no such resource."
    );
    /// 409 for a session that another request changed.
    pub const CONFLICT: Self = problem!(
        CONFLICT,
        None,
        "409",
        "Conflict",
        "The session was changed by another request."
    );
    /// 409 for a login above the limit of sessions.
    pub const SESSION_LIMIT: Self = problem!(
        CONFLICT,
        None,
        "409",
        "Conflict",
        "You have the maximum number of logins; sign out of one first."
    );
    /// 500 for an application that is not configured for its rule.
    pub const INTERNAL: Self = problem!(
        INTERNAL_SERVER_ERROR,
        None,
        "500",
        "Internal Server Error",
        "Authentication is not set up correctly; the log says what is missing."
    );
    /// 503 for a store or a backend that is not available.
    pub const UNAVAILABLE: Self = problem!(
        SERVICE_UNAVAILABLE,
        None,
        "503",
        "Service Unavailable",
        "Authentication is temporarily not available."
    );
}

impl Problem {
    /// Returns the response for an operation that failed.
    pub fn of_error(kind: ErrorKind) -> &'static Self {
        match kind {
            ErrorKind::BackendMissing | ErrorKind::Cookie | ErrorKind::Payload => &Self::INTERNAL,
            ErrorKind::Random | ErrorKind::Store => &Self::UNAVAILABLE,
            ErrorKind::SessionConflict => &Self::CONFLICT,
            ErrorKind::SessionLimit => &Self::SESSION_LIMIT,
            ErrorKind::SessionMissing | ErrorKind::Token(_) => &Self::INVALID_CREDENTIAL,
        }
    }
}
