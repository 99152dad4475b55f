//! Rules: who may call, as data that is put together at compile time.

use std::fmt;
use std::marker::PhantomData;

use crate::cookie;
use crate::payload::{HasRoles, HasScopes, Payload, Role};
use crate::text;

/// A backend that Jam has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BackendName {
    /// Signed tokens.
    Jwt,
    /// Sessions on the server.
    Session,
}

impl BackendName {
    #[track_caller]
    const fn named(name: &str) -> Self {
        if text::same(name, "jwt") {
            return Self::Jwt;
        }
        if text::same(name, "session") {
            return Self::Session;
        }
        panic!("unknown backend: it is \"jwt\" or \"session\"")
    }

    /// The name by which rules ask for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jwt => "jwt",
            Self::Session => "session",
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
    pub(crate) const AUTHORIZATION: Self = Self::Header("authorization");
}

/// A short list that a `const fn` can add to.
#[derive(Clone, Copy)]
pub(crate) struct List<T: Copy> {
    items: [Option<T>; MOST],
    len: usize,
}

/// More than any rule that a reader could follow.
const MOST: usize = 8;

impl<T: Copy> List<T> {
    pub(crate) const NONE: Self = Self {
        items: [None; MOST],
        len: 0,
    };

    #[track_caller]
    pub(crate) const fn with(mut self, item: T) -> Self {
        assert!(
            self.len < MOST,
            "a rule has at most 8 sources, roles or scopes: state the others in a rule of their own"
        );
        self.items[self.len] = Some(item);
        self.len += 1;
        self
    }

    pub(crate) fn into_iter(self) -> impl Iterator<Item = T> {
        (0..self.len).filter_map(move |at| self.items[at])
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<T: Copy + fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.into_iter()).finish()
    }
}

/// What a caller must have, besides a valid credential.
#[derive(Clone, Copy)]
pub(crate) enum Condition<R: 'static> {
    Role(R),
    AnyRole(&'static [R]),
    Scope(&'static str),
}

/// Who may call: a rule over callers whose payload is `P`.
///
/// It begins with [`user`](crate::dsl::user), each word after it narrows it, and it is
/// evaluated by the compiler: a rule that contradicts itself does not compile. Give it a
/// name, and use it in a table or as `#[jam_auth(WEB)]`:
///
/// ```
/// use jam::{Access, JamPayload, dsl::user};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// # struct User { user: u64 }
///
/// const API: Access<User> = user().backend("jwt");
/// const WEB: Access<User> = user().backend("session").cookie("sid");
/// ```
///
/// # Defaults
///
/// Without [`cookie`](Self::cookie) or [`header`](Self::header) the credential is in the
/// `Authorization` header. Without [`backend`](Self::backend) it is the one that the
/// [`Jam`](crate::Jam) was built with; if that has two, nobody is let in and the log says
/// why.
#[must_use = "a rule guards nothing until it stands in a table or an attribute"]
pub struct Access<P: Payload> {
    pub(crate) backend: Option<BackendName>,
    sources: List<Source>,
    conditions: List<Condition<P::Role>>,
    pub(crate) optional: bool,
    pub(crate) hide: bool,
    payload: PhantomData<fn() -> P>,
}

impl<P: Payload> Clone for Access<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Payload> Copy for Access<P> {}

impl<P: Payload> Access<P> {
    pub(crate) const fn user() -> Self {
        Self {
            backend: None,
            sources: List::NONE,
            conditions: List::NONE,
            optional: false,
            hide: false,
            payload: PhantomData,
        }
    }

    /// The rule of a layer, whose sources are `sources`.
    pub(crate) const fn of(backend: BackendName, sources: List<Source>) -> Self {
        Self {
            backend: Some(backend),
            sources,
            ..Self::user()
        }
    }

    /// The backend that knows the caller: `"jwt"` or `"session"`.
    #[track_caller]
    pub const fn backend(mut self, name: &'static str) -> Self {
        assert!(
            self.backend.is_none(),
            "the backend of this rule is set twice"
        );
        self.backend = Some(BackendName::named(name));
        self
    }

    /// Looks for the credential in the cookie `name`, before the sources that come
    /// after it.
    ///
    /// A request with an unsafe method whose credential is in a cookie must come from
    /// the same origin.
    #[track_caller]
    pub const fn cookie(mut self, name: &'static str) -> Self {
        assert!(cookie::is_name(name), "this is not the name of a cookie");
        self.sources = self.sources.with(Source::Cookie(name));
        self
    }

    /// Looks for the credential in the cookie that has no name of its own:
    /// `__Host-jwt` or `__Host-session` (RFC 6265bis section 4.1.3.2).
    #[track_caller]
    pub const fn cookie_default(self) -> Self {
        match self.backend {
            Some(BackendName::Jwt) => self.cookie(cookie::DEFAULT_JWT),
            Some(BackendName::Session) => self.cookie(cookie::DEFAULT_SESSION),
            None => panic!("name the backend first: its cookie's name follows from it"),
        }
    }

    /// Looks for the credential in the header `name`, before the sources that come
    /// after it. In `Authorization` it follows the scheme `Bearer`, in any case of its
    /// letters; any other header is the credential alone.
    #[track_caller]
    pub const fn header(mut self, name: &'static str) -> Self {
        assert!(text::is_token(name), "this is not the name of a header");
        assert!(
            !text::same_ignoring_case(name, "cookie"),
            "name the cookie instead: .cookie(\"..\")"
        );
        self.sources = self.sources.with(Source::Header(name));
        self
    }

    /// Lets strangers in too: the handler takes `Option<Auth<P>>`.
    ///
    /// A bad header is still refused. A cookie that is no longer good is taken for none,
    /// and cleared.
    #[track_caller]
    pub const fn optional(mut self) -> Self {
        assert!(
            self.conditions.is_empty(),
            "a rule with a role or a scope cannot be optional: a stranger has none"
        );
        self.optional = true;
        self
    }

    /// Asks for this role, besides what the rule asks for already.
    #[track_caller]
    pub const fn role(self, role: <P as HasRoles>::Enum) -> Self
    where
        P: HasRoles,
    {
        self.condition(Condition::Role(role))
    }

    /// Asks for one of these roles, besides what the rule asks for already.
    #[track_caller]
    pub const fn any_role(self, roles: &'static [<P as HasRoles>::Enum]) -> Self
    where
        P: HasRoles,
    {
        assert!(
            !roles.is_empty(),
            "no role is named, so nobody could be let in"
        );
        self.condition(Condition::AnyRole(roles))
    }

    /// Asks for this scope, besides what the rule asks for already. It must be one of
    /// those that the payload declares: `#[jam(scopes("notes:write"))]`.
    #[track_caller]
    pub const fn scope(self, scope: &'static str) -> Self
    where
        P: HasScopes,
    {
        let mut at = 0;
        while at < P::SCOPES.len() {
            if text::same(P::SCOPES[at], scope) {
                return self.condition(Condition::Scope(scope));
            }
            at += 1;
        }
        panic!("the payload does not declare this scope: add it to #[jam(scopes(..))]")
    }

    /// Answers 404 instead of 403 to a caller who may not call: not even that there is
    /// something to call is told.
    pub const fn hide(mut self) -> Self {
        self.hide = true;
        self
    }

    #[track_caller]
    const fn condition(mut self, condition: Condition<P::Role>) -> Self {
        assert!(
            !self.optional,
            "an optional rule cannot ask for a role or a scope: a stranger has none"
        );
        self.conditions = self.conditions.with(condition);
        self
    }

    /// Where the credential is looked for, in this order.
    pub fn sources(&self) -> impl Iterator<Item = Source> {
        const DEFAULT: List<Source> = List::NONE.with(Source::AUTHORIZATION);
        if self.sources.is_empty() {
            DEFAULT
        } else {
            self.sources
        }
        .into_iter()
    }

    pub(crate) fn conditions(&self) -> impl Iterator<Item = Condition<P::Role>> {
        self.conditions.into_iter()
    }
}

impl<R: Role> fmt::Debug for Condition<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(role) => write!(f, "role {}", role.name()),
            Self::AnyRole(roles) => {
                f.write_str("any role of")?;
                roles
                    .iter()
                    .try_for_each(|role| write!(f, " {}", role.name()))
            }
            Self::Scope(scope) => write!(f, "scope {scope}"),
        }
    }
}

impl<P: Payload> fmt::Debug for Access<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("backend", &self.backend)
            .field("sources", &self.sources().collect::<Vec<_>>())
            .field("conditions", &self.conditions)
            .field("optional", &self.optional)
            .field("hide", &self.hide)
            .finish()
    }
}

/// A rule that lets everybody in, with the reason for it.
#[derive(Clone, Copy, Debug)]
pub struct Public {
    pub(crate) reason: &'static str,
}

impl Public {
    #[track_caller]
    pub(crate) const fn because(reason: &'static str) -> Self {
        assert!(
            !reason.as_bytes().trim_ascii().is_empty(),
            "say why everybody may call this: public(\"..\")"
        );
        Self { reason }
    }
}

/// The words of a table. `jam_routes!` brings them into scope for its rules; elsewhere
/// import the ones that a constant needs.
pub mod dsl {
    use super::{Access, Public};
    use crate::payload::Payload;

    /// Everybody may call, because of `reason`: it is shown in the table, and an empty one
    /// does not compile.
    #[track_caller]
    pub const fn public(reason: &'static str) -> Public {
        Public::because(reason)
    }

    /// Whoever is signed in may call. In a table write `user::<User>()`, so that the
    /// payload is known; in a constant its type says it.
    pub const fn user<P: Payload>() -> Access<P> {
        Access::user()
    }

    /// The rule is on the handler itself: its `#[jam_auth(..)]`. It has effect only as
    /// the head of a section of `jam_routes!`.
    pub const fn declared() -> Declared {
        Declared { _private: () }
    }

    /// What [`declared`] gives.
    #[derive(Clone, Copy, Debug)]
    pub struct Declared {
        _private: (),
    }
}
