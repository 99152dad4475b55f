//! Rules, and the methods that build them.

use std::marker::PhantomData;

use super::condition::Condition;
use super::list::List;
use super::resource::Resource;
use super::source::{BackendName, DEFAULT_JWT_COOKIE, DEFAULT_SESSION_COOKIE, Source};
use super::way::{Audience, MOST_SOURCES, MOST_WAYS, Way};
use crate::backend::{BackendId, BackendType};
use crate::base::text;
use crate::payload::Payload;

/// A rule: the callers with the payload `P` that a handler admits.
///
/// A rule begins with [`user`](crate::rule::dsl::user), and each method after it adds a
/// requirement. The compiler evaluates the rule, so a rule that contradicts itself does not
/// compile. Store a rule in a constant, and use the constant in a route table or as
/// `#[jam_auth(WEB)]`:
///
/// ```
/// use jam::{Access, JamPayload, dsl::{minutes, user}};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// # struct User { user: u64 }
///
/// const API: Access<User> = user().backend("jwt");
/// const WEB: Access<User> = user().backend("session").cookie("sid").login("/login");
/// const BOTH: Access<User> = API.or(WEB);
/// const RECENT: Access<User> = WEB.fresh(minutes(5));
/// ```
///
/// Requirements add up: a caller must have every required role and scope, and a recent login if the
/// rule has [`fresh`](Self::fresh). [`or`](Self::or) joins two complete rules, each with its own
/// requirements. A requirement after `or` applies to both sides.
///
/// # Defaults
///
/// - Without [`cookie`](Self::cookie) or [`header`](Self::header), a session is read from the
///   cookie `__Host-session`, which is the default name in `Jam::session_cookie`. Any other
///   credential is read from the `Authorization` header.
/// - Without [`backend`](Self::backend), the rule uses the backend of the `Jam`, `"jwt"` or
///   `"session"`. If the `Jam` has both or neither, every request is rejected with 500, and the log
///   says why. A backend of the application must always be named.
///
/// # Panics
///
/// The methods panic if the rule would contradict itself. In a constant the panic is a compile
/// error.
#[must_use = "a rule guards nothing until a table or an attribute uses it"]
pub struct Access<P: Payload> {
    ways: List<Way<P::Role>, MOST_WAYS>,
    /// The kinds of requests that the rule admits.
    pub audience: Audience,
    /// The page to which a browser is redirected instead of an answer with 401.
    pub login: Option<&'static str>,
    /// The protected resource, which tokens must name.
    pub(super) resource: Option<Resource>,
    payload: PhantomData<fn() -> P>,
}

impl<P: Payload> Clone for Access<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Payload> Copy for Access<P> {}

/// Changes every way of a rule: `each!(self, way => way.hide = true)`.
macro_rules! each {
    ($rule:ident, $way:ident => $change:expr) => {{
        let mut rule = $rule;
        let mut at = 0;
        while at < rule.ways.len() {
            if let Some(mut $way) = rule.ways.at(at) {
                $change;
                rule.ways = rule.ways.set(at, $way);
            }
            at += 1;
        }
        rule
    }};
}

impl<P: Payload> Access<P> {
    pub(crate) const fn user() -> Self {
        Self {
            ways: List::EMPTY.with(Way::DEFAULT),
            audience: Audience::Callers,
            login: None,
            resource: None,
            payload: PhantomData,
        }
    }

    /// Makes the rule of a layer: callers of `backend` with a credential in one of `sources`.
    #[doc(hidden)] // for the crate of a framework
    pub const fn of(backend: BackendName, sources: List<Source, MOST_SOURCES>) -> Self {
        Self {
            ways: List::EMPTY.with(Way {
                backend: Some(backend),
                sources,
                ..Way::DEFAULT
            }),
            ..Self::user()
        }
    }

    /// Sets the backend that authenticates the caller: `"jwt"` or `"session"`. For a backend of
    /// your own use [`backend_type`](Self::backend_type).
    ///
    /// # Panics
    ///
    /// Panics if `name` is another text, or if the rule has a backend already. In a constant the
    /// panic is a compile error.
    #[track_caller]
    pub const fn backend(self, name: &'static str) -> Self {
        self.by(BackendName::named(name))
    }

    /// Sets a backend of your own as the backend that authenticates the caller.
    ///
    /// ```
    /// # use jam::{Access, Backend, Identity, JamPayload, StoreError, dsl::user};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Serialize, Deserialize, JamPayload)]
    /// # struct User { user: u64 }
    /// # struct ApiKeys;
    /// # impl Backend for ApiKeys {
    /// #     type Payload = User;
    /// #     const NAME: &'static str = "api_key";
    /// #     async fn authenticate(&self, _: &str) -> Result<Option<Identity<User>>, StoreError> { Ok(None) }
    /// # }
    /// const SCRIPTS: Access<User> = user().backend_type::<ApiKeys>().header("x-api-key");
    /// ```
    #[track_caller]
    pub const fn backend_type<B: BackendType<Payload = P>>(self) -> Self {
        self.by(BackendName::Own(BackendId::of::<B>()))
    }

    #[track_caller]
    pub(super) const fn by(self, backend: BackendName) -> Self {
        each!(self, way => {
            assert!(way.backend.is_none(), "the backend of this rule is set twice");
            way.backend = Some(backend);
        })
    }

    /// Reads the credential from the cookie `name`. If the rule has several sources, they are read
    /// in the order in which they were added.
    ///
    /// If the credential is in a cookie, a request with an unsafe method must come from the same
    /// origin. Otherwise it is rejected with 403.
    ///
    /// # Panics
    ///
    /// Panics if `name` is not a valid cookie name, if the rule has 4 sources already, or after
    /// [`or`](Self::or). In a constant the panic is a compile error.
    #[track_caller]
    pub const fn cookie(self, name: &'static str) -> Self {
        self.source(Source::cookie(name))
    }

    /// Reads the credential from the default cookie of the backend: `__Host-jwt` or
    /// `__Host-session` (RFC 6265bis section 4.1.3.2).
    ///
    /// # Panics
    ///
    /// Panics if the rule names no backend before this call, or if it names a backend of your own.
    /// In a constant the panic is a compile error.
    #[track_caller]
    pub const fn cookie_default(self) -> Self {
        let backend = match self.ways.at(0) {
            Some(way) => way.backend,
            None => None,
        };
        match backend {
            Some(BackendName::Jwt) => self.cookie(DEFAULT_JWT_COOKIE),
            Some(BackendName::Session) => self.cookie(DEFAULT_SESSION_COOKIE),
            Some(BackendName::Own(_)) => {
                panic!("a custom backend has no default cookie: .cookie(\"name\")")
            }
            None => panic!("name the backend first: the default cookie depends on it"),
        }
    }

    /// Reads the credential from the header `name`. If the rule has several sources, they are read
    /// in the order in which they were added.
    ///
    /// `Authorization` must have the scheme `Bearer`, in any case of its letters. Any other header
    /// holds the credential alone.
    ///
    /// # Panics
    ///
    /// Panics if `name` is not a valid header name, if it is `Cookie`, if the rule has 4 sources
    /// already, or after [`or`](Self::or). In a constant the panic is a compile error.
    #[track_caller]
    pub const fn header(self, name: &'static str) -> Self {
        self.source(Source::header(name))
    }

    #[track_caller]
    pub(super) const fn source(mut self, source: Source) -> Self {
        match self.ways.at(0) {
            Some(mut way) if self.ways.len() == 1 => {
                way.sources = way.sources.with(source);
                self.ways = self.ways.set(0, way);
                self
            }
            _ => panic!("name the source before .or(..): each side has its own source"),
        }
    }

    /// Admits the callers that this rule or the `other` rule admits.
    ///
    /// The first credential that is found decides, in the order in which the two rules name their
    /// sources. If it is not valid, no other credential is tried.
    ///
    /// If only one of the rules has a [`login`](Self::login) page, the new rule has it. If both
    /// have one, the page of this rule is used. The same is true of the [`resource`](Self::resource).
    ///
    /// # Panics
    ///
    /// Panics if two different backends read the same source, unless the credentials of both are tokens, whose
    /// `iss` picks one of them; if one of the rules has
    /// [`optional`](Self::optional) or [`guest`](Self::guest), if they are of different resources, or if there are
    /// more than 4 ways. In
    /// a constant the panic is a compile error.
    #[track_caller]
    pub const fn or(self, other: Self) -> Self {
        assert!(
            matches!(self.audience, Audience::Callers)
                && matches!(other.audience, Audience::Callers),
            "put the two rules together first: A.or(B).optional(), A.or(B).guest()"
        );
        let mut rule = self;
        let mut at = 0;
        while at < other.ways.len() {
            if let Some(way) = other.ways.at(at) {
                self.check_beside(&way);
                rule.ways = rule.ways.with(way);
            }
            at += 1;
        }
        if rule.login.is_none() {
            rule.login = other.login;
        }
        match (self.resource, other.resource) {
            (Some(own), Some(other)) => assert!(
                text::same(own.url(), other.url()),
                "the two rules are of different resources: an API is one resource"
            ),
            (None, other) => rule.resource = other,
            (Some(_), None) => {}
        }
        rule
    }

    /// Checks that two backends do not read the same source, unless the credential says for which one it is.
    /// Otherwise a token that one backend rejects would have to be tried with the other one.
    #[track_caller]
    const fn check_beside(&self, other: &Way<P::Role>) {
        let theirs = other.places();
        let mut at = 0;
        while at < self.ways.len() {
            if let Some(way) = self.ways.at(at) {
                let ours = way.places();
                let mut here = 0;
                while here < ours.len() * theirs.len() {
                    if let (Some(mine), Some(its)) =
                        (ours.at(here / theirs.len()), theirs.at(here % theirs.len()))
                    {
                        assert!(
                            !mine.is(its) || BackendName::can_share(way.backend, other.backend),
                            "two backends cannot read the same place: give one of them another \
                             cookie or header"
                        );
                    }
                    here += 1;
                }
            }
            at += 1;
        }
    }

    /// Redirects a browser to the page `path` with 303 instead of an answer with 401. The query
    /// parameter `next` holds the page to return to; see
    /// [`return_to`](crate::request::redirect::return_to).
    ///
    /// A request counts as a browser's if its method is GET, HEAD or POST and its `Accept` header
    /// names `text/html`. A request of htmx is answered with 401 and the address in the header
    /// `HX-Redirect`. Any other request is answered with 401.
    ///
    /// # Panics
    ///
    /// Panics if `path` does not begin with exactly one `/`. In a constant the panic is a compile
    /// error.
    #[track_caller]
    pub const fn login(mut self, path: &'static str) -> Self {
        assert!(
            text::is_local_path(path),
            "a page of this site begins with one `/`: .login(\"/login\")"
        );
        self.login = Some(path);
        self
    }

    /// Admits anonymous requests too: the handler takes `Option<Auth<P>>`.
    ///
    /// An invalid credential in a header is still rejected. An invalid credential in a cookie
    /// counts as no credential, and the response clears the cookie.
    ///
    /// # Panics
    ///
    /// Panics if the rule has a condition, or has [`guest`](Self::guest) or `optional` already. In
    /// a constant the panic is a compile error.
    #[track_caller]
    pub const fn optional(mut self) -> Self {
        self.check_unconditional();
        self.audience = Audience::Optional;
        self
    }

    /// Inverts the rule: it admits only requests that are *not* authenticated by it, for example
    /// for the login page. A caller is rejected with 403, or redirected to
    /// [`redirect_to`](Self::redirect_to).
    ///
    /// A request with an unsafe method must come from the same origin, so that another site cannot
    /// sign a user in to an account of its own. A caller with `reauth=1` in the query is admitted
    /// too, because a rule with [`fresh`](Self::fresh) redirects callers there to sign in again.
    ///
    /// # Panics
    ///
    /// Panics if the rule has a condition, or has [`optional`](Self::optional) or `guest` already.
    /// In a constant the panic is a compile error.
    #[track_caller]
    pub const fn guest(mut self) -> Self {
        self.check_unconditional();
        self.audience = Audience::Guests { redirect_to: None };
        self
    }

    /// Redirects callers to the page `path` with 303.
    ///
    /// # Panics
    ///
    /// Panics if the rule does not have [`guest`](Self::guest), or if `path` does not begin with
    /// exactly one `/`. In a constant the panic is a compile error.
    #[track_caller]
    pub const fn redirect_to(mut self, path: &'static str) -> Self {
        assert!(
            text::is_local_path(path),
            "a page of this site begins with one `/`: .redirect_to(\"/\")"
        );
        assert!(
            matches!(self.audience, Audience::Guests { .. }),
            "only a rule for guests redirects other callers: WEB.guest().redirect_to(\"/\")"
        );
        self.audience = Audience::Guests {
            redirect_to: Some(path),
        };
        self
    }

    #[track_caller]
    const fn check_unconditional(&self) {
        assert!(
            matches!(self.audience, Audience::Callers),
            "a rule is for callers, for everyone (.optional()) or for guests (.guest()): choose one, once"
        );
        let mut at = 0;
        while at < self.ways.len() {
            if let Some(way) = self.ways.at(at) {
                assert!(
                    way.conditions.is_empty(),
                    "this rule has conditions, and an anonymous request cannot meet them"
                );
            }
            at += 1;
        }
    }

    /// Adds a condition to every way.
    #[track_caller]
    pub(super) const fn condition(self, condition: Condition<P::Role>) -> Self {
        self.check_narrows();
        each!(self, way => way.conditions = way.conditions.with_condition(condition))
    }

    #[track_caller]
    const fn check_narrows(&self) {
        assert!(
            matches!(self.audience, Audience::Callers),
            "a rule that admits anonymous requests cannot have conditions: they have no role, no \
             scope and no login"
        );
    }

    /// Rejects a caller that lacks a role or a scope with 404 instead of 403, so that the caller
    /// does not learn that the resource exists.
    ///
    /// An anonymous request is still rejected with 401. The body of this 404 is a problem document,
    /// while the body of axum's 404 for a path without a route is empty.
    pub const fn hide(self) -> Self {
        each!(self, way => way.hide = true)
    }

    /// Returns the ways in the order of the rule.
    #[inline]
    pub fn ways(&self) -> impl Iterator<Item = &Way<P::Role>> + Clone {
        self.ways.iter()
    }

    /// Returns the sources of the credential in the order in which they are read.
    pub fn sources(&self) -> impl Iterator<Item = Source> + Clone {
        self.ways().flat_map(Way::sources)
    }

    /// Returns `true` if the rule admits anonymous requests.
    pub const fn allows_anonymous(&self) -> bool {
        !matches!(self.audience, Audience::Callers)
    }
}

/// The head of a section with handlers that have their own rules.
/// [`declared`](crate::rule::dsl::declared) returns it.
#[derive(Clone, Copy, Debug)]
pub struct Declared {
    pub(super) _private: (),
}

/// A rule that admits every request, with the reason for it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Public {
    /// The reason, which a route table shows.
    pub reason: &'static str,
}

impl Public {
    #[track_caller]
    #[doc(hidden)]
    pub const fn because(reason: &'static str) -> Self {
        assert!(
            !reason.as_bytes().trim_ascii().is_empty(),
            "say why everybody may call this: public(\"..\")"
        );
        Self { reason }
    }
}
