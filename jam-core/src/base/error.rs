//! Errors of operations.

use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;

/// The error of an operation of `Jam`.
///
/// A handler can return it. It becomes a problem document (RFC 9457) with the status of its
/// [`ErrorKind`] and without any details. The text of [`Display`](fmt::Display) and the
/// [`source`](StdError::source) are for the log. Neither contains a token, a session id or a
/// secret.
///
/// ```
/// use axum::{extract::State, response::IntoResponse};
/// use jam::{Jam, JamPayload};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// struct User { user: u64 }
///
/// async fn login(State(jam): State<Jam>) -> Result<impl IntoResponse, jam::Error> {
///     let token = jam.gen_jwt_token(&jam.make_payload(User { user: 1 }))?;
///     Ok(jam.jwt_cookie("jwt", token))
/// }
/// ```
pub struct Error {
    kind: ErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kind of an [`Error`], which determines its HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operation needs a backend that this `Jam` does not have: 500.
    BackendMissing,
    /// The cookie cannot be set with these options: 500. The text of the error has the reason.
    Cookie,
    /// The payload does not serialize to a flat JSON object of claims: 500.
    Payload,
    /// The random generator of the operating system failed: 503.
    Random,
    /// Other requests kept changing the session while this change was applied: 409.
    SessionConflict,
    /// The owner has as many sessions as
    /// [`Sessions::per_owner`](crate::session::Sessions::per_owner) allows: 409.
    SessionLimit,
    /// The session does not exist, or has ended: 401.
    SessionMissing,
    /// The session store or a backend of your own failed, or did not answer before the timeout:
    /// 503.
    Store,
    /// The token is rejected: 401. With [`TokenFault::Unavailable`] it could not be verified: 503.
    Token(TokenFault),
}

/// The reason why a token is rejected, for the log. The client gets the same response for all of
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenFault {
    /// The audience is another one or missing (RFC 7519 section 4.1.3).
    Audience,
    /// The token is bound to a key of its holder (`cnf`, RFC 7800). A bearer of the token cannot
    /// prove possession of that key.
    Bound,
    /// The claims are not one JSON object, repeat a name, lack `exp`, contain a value of the wrong
    /// type, or do not match the payload.
    Claims,
    /// The token has expired (RFC 7519 section 4.1.4).
    Expired,
    /// The header is not accepted: its algorithm, `crit`, or a value of the wrong type (RFC 7515
    /// section 4.1).
    Header,
    /// The issuer is another one or missing (RFC 7519 section 4.1.1).
    Issuer,
    /// The token names an unknown key (RFC 7515 section 4.1.4).
    Key,
    /// The text is not three parts of canonical, unpadded base64url, or exceeds the size limit
    /// (RFC 7515 section 3.1).
    Malformed,
    /// The token is not valid yet, or was issued in the future (RFC 7519 sections 4.1.5 and 4.1.6).
    NotYetValid,
    /// The token is valid for longer than [`Jwt::max_lifetime`](crate::token::Jwt::max_lifetime)
    /// allows.
    Lifetime,
    /// The signature does not match.
    Signature,
    /// The keys of the issuer are not available at the moment: 503.
    Unavailable,
    /// The token has another type, for example that of a refresh token (RFC 8725 section 3.11).
    Type,
}

impl Error {
    /// Makes an error of this kind.
    pub fn new(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// Makes an error with a cause, which the log shows.
    pub fn because(kind: ErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            kind,
            source: Some(source.into()),
        }
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the HTTP status of the error.
    pub fn status(&self) -> StatusCode {
        match self.kind {
            ErrorKind::BackendMissing | ErrorKind::Cookie | ErrorKind::Payload => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            ErrorKind::Random | ErrorKind::Store | ErrorKind::Token(TokenFault::Unavailable) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            ErrorKind::SessionConflict | ErrorKind::SessionLimit => StatusCode::CONFLICT,
            ErrorKind::SessionMissing | ErrorKind::Token(_) => StatusCode::UNAUTHORIZED,
        }
    }
}

impl From<TokenFault> for Error {
    fn from(fault: TokenFault) -> Self {
        Self::new(ErrorKind::Token(fault))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::BackendMissing => "the backend is not configured in this Jam",
            ErrorKind::Cookie => "the cookie cannot be set",
            ErrorKind::Payload => "the payload cannot be issued",
            ErrorKind::Random => "the system's random generator failed",
            ErrorKind::SessionConflict => "the session kept changing under the update",
            ErrorKind::SessionLimit => "the owner has as many sessions as allowed",
            ErrorKind::SessionMissing => "there is no such session",
            ErrorKind::Store => "a session store or backend is not available",
            ErrorKind::Token(_) => "the token is refused",
        })?;
        if let ErrorKind::Token(fault) = self.kind {
            write!(f, ": {fault:?}")?;
        }
        match &self.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("source", &self.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// The error of a session store or a [`Backend`](crate::backend::Backend) of your own. The request
/// is rejected with 503, and the error is logged.
#[derive(Debug)]
pub struct StoreError(Box<dyn std::error::Error + Send + Sync>);

impl StoreError {
    /// Makes an error with the cause `cause` for the log. The cause must not contain a credential
    /// or data of a session.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
