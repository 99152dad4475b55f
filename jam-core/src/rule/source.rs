//! Who knows a caller, and where in a request the credential is.

use crate::backend::BackendId;
use crate::base::text;

/// The name of a token's cookie when none is given.
pub const DEFAULT_JWT_COOKIE: &str = "__Host-jwt";
/// The name of a session's cookie when none is given.
pub const DEFAULT_SESSION_COOKIE: &str = "__Host-session";

/// Who knows a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BackendName {
    /// Signed tokens.
    Jwt,
    /// Sessions on the server.
    Session,
    /// A [`Backend`](crate::Backend) of the application's own.
    Own(BackendId),
}

impl BackendName {
    #[track_caller]
    pub(super) const fn named(name: &str) -> Self {
        if text::same(name, "jwt") {
            return Self::Jwt;
        }
        if text::same(name, "session") {
            return Self::Session;
        }
        panic!(
            "unknown backend: it is \"jwt\" or \"session\", and one of your own is named by its \
             type: .backend_type::<ApiKeys>()"
        )
    }

    pub(super) const fn same(one: Option<Self>, other: Option<Self>) -> bool {
        match (one, other) {
            (None, None) => true,
            // A constant cannot compare types. Two backends of one name are refused by a `Jam`,
            // and the gate compares types.
            (Some(one), Some(other)) => text::same(one.as_str(), other.as_str()),
            _ => false,
        }
    }

    /// The name by which rules ask for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jwt => "jwt",
            Self::Session => "session",
            Self::Own(id) => id.name(),
        }
    }
}

/// Where in a request a credential is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The cookie of this name.
    Cookie(&'static str),
    /// The header of this name: `authorization` with the scheme `Bearer`, any other
    /// with the bare credential.
    Header(&'static str),
}

impl Source {
    /// The header `Authorization`.
    pub const AUTHORIZATION: Self = Self::Header("authorization");

    /// The places of a rule that names none: those where `Jam::session_cookie`
    /// without a name puts a session, and where clients put a token (RFC 6750 section 2.1). Where the
    /// backend is left open both are looked at.
    pub(crate) const fn places_of(backend: Option<BackendName>) -> &'static [Self] {
        const SESSION: Source = Source::Cookie(DEFAULT_SESSION_COOKIE);
        match backend {
            Some(BackendName::Session) => &[SESSION],
            Some(BackendName::Jwt | BackendName::Own(_)) => &[Self::AUTHORIZATION],
            None => &[Self::AUTHORIZATION, SESSION],
        }
    }

    /// The cookie of this name.
    ///
    /// # Panics
    ///
    /// Panics if `name` is not the name of a cookie.
    #[track_caller]
    pub const fn cookie(name: &'static str) -> Self {
        assert!(text::is_token(name), "this is not the name of a cookie");
        Self::Cookie(name)
    }

    /// The header of this name.
    ///
    /// # Panics
    ///
    /// Panics if `name` is not the name of a header, or is `Cookie`.
    #[track_caller]
    pub const fn header(name: &'static str) -> Self {
        assert!(text::is_token(name), "this is not the name of a header");
        assert!(
            !text::same_ignoring_case(name, "cookie"),
            "name the cookie instead: .cookie(\"..\")"
        );
        Self::Header(name)
    }

    /// Returns the name of the cookie, or `None` for a header.
    #[inline]
    pub const fn cookie_name(self) -> Option<&'static str> {
        match self {
            Self::Cookie(name) => Some(name),
            Self::Header(_) => None,
        }
    }

    /// Returns the name of the header that holds the credential: `cookie` for a cookie.
    #[inline]
    pub const fn header_name(self) -> &'static str {
        match self {
            Self::Cookie(_) => "cookie",
            Self::Header(name) => name,
        }
    }

    /// Returns `true` if both are one place: names of headers are compared without case.
    #[inline]
    pub const fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Cookie(one), Self::Cookie(other)) => text::same(one, other),
            (Self::Header(one), Self::Header(other)) => text::same_ignoring_case(one, other),
            _ => false,
        }
    }
}
