//! The backends and settings by which requests are authenticated.

use std::fmt;

use http::Uri;
use http::request::Parts;

use crate::backend::OwnBackends;
use crate::base::clock::Clock;
use crate::base::error::{Error, ErrorKind};
use crate::request::cookie::Transport;
use crate::request::cookie_names::CookieNames;
use crate::request::origin::Origins;
use crate::rule::BackendName;
use crate::session::Sessions;
use crate::token::Tokens;

/// The backends and settings by which requests are authenticated.
#[allow(clippy::exhaustive_structs)] // the crate of a framework fills in every field
pub struct Authenticator {
    /// The backend `"jwt"`.
    pub tokens: Option<Tokens>,
    /// The backend `"session"`.
    pub sessions: Option<Sessions>,
    /// Backends of the application's own.
    pub own_backends: OwnBackends,
    /// The clock by which credentials are judged.
    pub clock: Clock,
    /// Whether cookies need https.
    pub transport: Transport,
    /// The origins from which unsafe requests may come.
    pub origins: Origins,
    /// The names of cookies that the application sets and rules read.
    pub cookie_names: CookieNames,
    /// Returns the address as the client sent it, where a router has rewritten it.
    pub original_uri: fn(&Parts) -> &Uri,
}

impl Authenticator {
    /// Returns the time in seconds since the Unix epoch.
    #[inline]
    pub fn now(&self) -> u64 {
        self.clock.now()
    }

    /// Returns the backend `"jwt"`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BackendMissing`] if it is not configured.
    #[inline]
    pub fn tokens(&self) -> Result<&Tokens, Error> {
        let missing = || Error::because(ErrorKind::BackendMissing, "add .jwt(..) to its builder");
        self.tokens.as_ref().ok_or_else(missing)
    }

    /// Returns the backend `"session"`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BackendMissing`] if it is not configured.
    #[inline]
    pub fn sessions(&self) -> Result<&Sessions, Error> {
        let missing = || {
            Error::because(
                ErrorKind::BackendMissing,
                "add .sessions(..) to its builder",
            )
        };
        self.sessions.as_ref().ok_or_else(missing)
    }

    /// Returns `true` if the backend is configured.
    pub fn has(&self, backend: BackendName) -> bool {
        match backend {
            BackendName::Jwt => self.tokens.is_some(),
            BackendName::Session => self.sessions.is_some(),
            BackendName::Own(id) => self.own_backends.has(id),
        }
    }

    /// Returns the backend of a rule that names none: tokens or sessions, if only one of them is
    /// configured. A backend of the application's own is always named.
    #[inline]
    pub fn only_backend(&self) -> Option<BackendName> {
        match (&self.tokens, &self.sessions) {
            (Some(_), None) => Some(BackendName::Jwt),
            (None, Some(_)) => Some(BackendName::Session),
            _ => None,
        }
    }

    /// Returns why there is no [`only_backend`](Self::only_backend), for a message.
    pub fn why_unnamed(&self) -> &'static str {
        match self.tokens {
            Some(_) => {
                "this Jam has two: add .backend(\"jwt\") or .backend(\"session\") to the rule"
            }
            None => {
                "a backend of your own is named by its type: add .backend_type::<ApiKeys>() to \
                 the rule"
            }
        }
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("jwt", &self.has(BackendName::Jwt))
            .field("session", &self.has(BackendName::Session))
            .field("own", &self.own_backends)
            .finish_non_exhaustive()
    }
}
