//! The authenticated caller.

use crate::backend::BackendId;
use crate::claims::RegisteredClaims;
use crate::payload::Held;
use crate::rule::{BackendName, Source};
use crate::session::SessionInfo;

/// A caller with a valid credential.
#[derive(Clone)]
#[allow(missing_debug_implementations)] // the payload is private data of the user
#[allow(clippy::exhaustive_structs)] // made by the gate and by tests
pub struct Caller<P> {
    /// The payload.
    pub payload: Held<P>,
    /// The proof that the backend accepted.
    pub evidence: Evidence,
    /// The source of the credential in the request.
    pub source: Source,
}

impl<P> Caller<P> {
    /// Returns the source of the credential and its backend.
    pub fn origin(&self) -> (Source, BackendName) {
        (self.source, self.evidence.backend())
    }
}

/// The proof of a caller's identity.
#[derive(Clone, Debug)]
#[allow(clippy::exhaustive_enums)] // every kind of backend is handled by every use
pub enum Evidence {
    /// A token with its registered claims: of the application, or of the issuer with this backend.
    Token(Option<BackendId>, RegisteredClaims),
    /// A session.
    Session(SessionInfo),
    /// The answer of a backend of the application.
    Own {
        /// The backend.
        backend: BackendId,
        /// The time of the login, in seconds since the Unix epoch.
        auth_time: Option<u64>,
        /// The first second at which the credential is no longer valid.
        expires_at: Option<u64>,
    },
}

impl Evidence {
    /// Returns the backend.
    pub fn backend(&self) -> BackendName {
        match self {
            Self::Token(None, _) => BackendName::Jwt,
            Self::Session(_) => BackendName::Session,
            Self::Token(Some(backend), _) | Self::Own { backend, .. } => BackendName::Own(*backend),
        }
    }

    /// Returns the time of the login, in seconds since the Unix epoch.
    pub fn auth_time(&self) -> Option<u64> {
        match self {
            Self::Token(_, claims) => claims.auth_time(),
            Self::Session(session) => Some(session.auth_time()),
            Self::Own { auth_time, .. } => *auth_time,
        }
    }

    /// Returns the first second, since the Unix epoch, at which the credential is no longer valid.
    pub fn expires_at(&self) -> Option<u64> {
        match self {
            Self::Token(_, claims) => Some(claims.expires_at()),
            Self::Session(session) => Some(session.expires_at()),
            Self::Own { expires_at, .. } => *expires_at,
        }
    }
}
