//! Backends, and the sources of a credential in a request.

use crate::backend::BackendId;
use crate::base::text;

/// The default name of the cookie for a token.
pub const DEFAULT_JWT_COOKIE: &str = "__Host-jwt";
/// The default name of the cookie for a session.
pub const DEFAULT_SESSION_COOKIE: &str = "__Host-session";

/// The backend that authenticates a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BackendName {
    /// The backend for signed tokens, `"jwt"`.
    Jwt,
    /// The backend for sessions on the server, `"session"`.
    Session,
    /// A [`Backend`](crate::backend::Backend) of the application.
    Own(BackendId),
}

impl BackendName {
    #[track_caller]
    pub(super) const fn named(name: &str) -> Self {
        if text::same(name, jam_syntax::JWT) {
            return Self::Jwt;
        }
        if text::same(name, jam_syntax::SESSION) {
            return Self::Session;
        }
        panic!(
            "unknown backend: it is \"jwt\" or \"session\", and a custom backend is named by its \
             type: .backend_type::<ApiKeys>()"
        )
    }

    pub(super) const fn same(one: Option<Self>, other: Option<Self>) -> bool {
        match (one, other) {
            (None, None) => true,
            // A constant cannot compare types. That is safe: a `Jam` rejects two backends with the
            // same name, and the gate compares types.
            (Some(one), Some(other)) => text::same(one.as_str(), other.as_str()),
            _ => false,
        }
    }

    /// Returns `true` if one source can hold a credential of either backend: tokens name their issuer.
    pub(super) const fn can_share(one: Option<Self>, other: Option<Self>) -> bool {
        const fn has_tokens(backend: Option<BackendName>) -> bool {
            match backend {
                Some(BackendName::Jwt) => true,
                Some(BackendName::Own(id)) => id.is_issuer(),
                _ => false,
            }
        }
        Self::same(one, other) || has_tokens(one) && has_tokens(other)
    }

    /// Returns the name of the backend in a rule.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jwt => "jwt",
            Self::Session => "session",
            Self::Own(id) => id.name(),
        }
    }
}

/// A source of a credential: a cookie or a header of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A cookie with this name.
    Cookie(&'static str),
    /// A header with this name. `Authorization` must have the scheme `Bearer`. Any other header
    /// holds the credential alone.
    Header(&'static str),
}

impl Source {
    /// The header `Authorization`.
    pub const AUTHORIZATION: Self = Self::Header("authorization");

    /// Returns the sources of a rule that names none. A session is in the cookie that
    /// `Jam::session_cookie` sets by default. Any other credential is in the `Authorization` header
    /// (RFC 6750 section 2.1). If the rule names no backend, both are read.
    pub(crate) const fn places_of(backend: Option<BackendName>) -> &'static [Self] {
        const SESSION: Source = Source::Cookie(DEFAULT_SESSION_COOKIE);
        match backend {
            Some(BackendName::Session) => &[SESSION],
            Some(BackendName::Jwt | BackendName::Own(_)) => &[Self::AUTHORIZATION],
            None => &[Self::AUTHORIZATION, SESSION],
        }
    }

    /// Makes a source from the name of a cookie.
    ///
    /// # Panics
    ///
    /// Panics if `name` is not a valid cookie name. In a constant the panic is a compile error.
    #[track_caller]
    pub const fn cookie(name: &'static str) -> Self {
        assert!(text::is_token(name), "this is not the name of a cookie");
        Self::Cookie(name)
    }

    /// Makes a source from the name of a header.
    ///
    /// # Panics
    ///
    /// Panics if `name` is not a valid header name, or if it is `Cookie`. In a constant the panic
    /// is a compile error.
    #[track_caller]
    pub const fn header(name: &'static str) -> Self {
        assert!(text::is_token(name), "this is not the name of a header");
        assert!(
            !name.eq_ignore_ascii_case("cookie"),
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

    /// Returns the name of the header that holds the credential. For a cookie this is `cookie`.
    #[inline]
    pub const fn header_name(self) -> &'static str {
        match self {
            Self::Cookie(_) => "cookie",
            Self::Header(name) => name,
        }
    }

    /// Returns `true` if both are the same source. Header names are compared without case.
    #[inline]
    pub const fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Cookie(one), Self::Cookie(other)) => text::same(one, other),
            (Self::Header(one), Self::Header(other)) => one.eq_ignore_ascii_case(other),
            _ => false,
        }
    }
}
