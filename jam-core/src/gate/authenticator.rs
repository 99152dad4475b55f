//! The backends and settings that authenticate requests.

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
use crate::token::{Issuers, Tokens, unverified_issuer};

/// The backends and settings that authenticate requests.
#[allow(clippy::exhaustive_structs)] // the crate of a framework fills in every field
pub struct Authenticator {
    /// The backend `"jwt"`.
    pub tokens: Option<Tokens>,
    /// The backend `"session"`.
    pub sessions: Option<Sessions>,
    /// The backends of the application.
    pub own_backends: OwnBackends,
    /// The issuers of tokens other than the application.
    pub issuers: Issuers,
    /// The clock for the times in credentials.
    pub clock: Clock,
    /// The transport of cookies: https, or plain http in development mode.
    pub transport: Transport,
    /// The origins that may send requests with unsafe methods.
    pub origins: Origins,
    /// The names of the cookies that the application sets and that rules read.
    pub cookie_names: CookieNames,
    /// Returns the URI that the client sent, also where a router has rewritten it.
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

    /// Of the backends that read one source, returns the one for this credential: the first one, unless the
    /// credential is a token of the issuer of another one.
    pub(crate) fn of_issuer(
        &self,
        mut backends: impl Iterator<Item = BackendName>,
        credential: &[u8],
    ) -> Option<BackendName> {
        let first = backends.next()?;
        let named = self.issuer_of(first)?;
        let mut others = backends.filter(|other| *other != first).peekable();
        others.peek()?;
        let issuer = unverified_issuer(credential);
        if named == issuer.as_deref() {
            return None;
        }
        others.find(|other| self.issuer_of(*other) == Some(issuer.as_deref()))
    }

    /// Returns the issuer of a backend of tokens, which is `None` if its tokens need not name one.
    pub fn issuer_of(&self, backend: BackendName) -> Option<Option<&str>> {
        match backend {
            BackendName::Jwt => Some(self.tokens.as_ref()?.issuer()),
            BackendName::Own(id) => Some(self.issuers.verifier(id)?.issuer()),
            BackendName::Session => None,
        }
    }

    /// Returns the audience of the tokens that the application issues.
    pub fn own_audience(&self) -> Option<&str> {
        self.tokens.as_ref()?.audience()
    }

    /// Returns `true` if the backend is configured.
    pub fn has(&self, backend: BackendName) -> bool {
        match backend {
            BackendName::Jwt => self.tokens.is_some(),
            BackendName::Session => self.sessions.is_some(),
            BackendName::Own(id) => {
                self.issuers.verifier(id).is_some() || self.own_backends.has(id)
            }
        }
    }

    /// Returns the backend for a rule that names none: tokens or sessions, if exactly one of them
    /// is configured. A backend of the application must always be named.
    #[inline]
    pub fn only_backend(&self) -> Option<BackendName> {
        match (&self.tokens, &self.sessions) {
            (Some(_), None) => Some(BackendName::Jwt),
            (None, Some(_)) => Some(BackendName::Session),
            _ => None,
        }
    }

    /// Returns the reason why [`only_backend`](Self::only_backend) is `None`, for a message.
    pub fn why_unnamed(&self) -> &'static str {
        match self.tokens {
            Some(_) => {
                "this Jam has two: add .backend(\"jwt\") or .backend(\"session\") to the rule"
            }
            None => {
                "a custom backend is named by its type: add .backend_type::<ApiKeys>() to \
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
            .field("issuers", &self.issuers)
            .finish_non_exhaustive()
    }
}
