//! The error of an operation of [`Jam`](crate::Jam).

use std::error::Error as StdError;
use std::fmt;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jam_core::base::error::TokenFault;
use jam_core::refusal::Problem;

#[doc(inline)]
pub use jam_core::base::error::ErrorKind;

/// The error of an operation of [`Jam`](crate::Jam).
///
/// A handler may return it. It becomes an RFC 9457 problem document with the status of its
/// [`ErrorKind`], without details of the cause. The text of [`Display`](fmt::Display) and the
/// [`source`](StdError::source) are for the log; neither holds a token, a session id or a secret.
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
pub struct Error(jam_core::base::error::Error);

impl Error {
    pub(crate) fn because(
        kind: ErrorKind,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self(jam_core::base::error::Error::because(kind, source))
    }

    /// Returns what went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind()
    }

    /// Returns the HTTP status that this error becomes.
    pub fn status(&self) -> StatusCode {
        self.0.status()
    }
}

impl From<jam_core::base::error::Error> for Error {
    fn from(error: jam_core::base::error::Error) -> Self {
        Self(error)
    }
}

impl From<TokenFault> for Error {
    fn from(fault: TokenFault) -> Self {
        Self(fault.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if self.status().is_server_error() {
            tracing::error!(target: "jam", error = %self, "an operation failed");
        } else {
            tracing::debug!(target: "jam", error = %self, "an operation was refused");
        }
        super::problem(Problem::of_error(self.kind()))
    }
}
