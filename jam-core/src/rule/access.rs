//! A rule and the words that build it.

use std::marker::PhantomData;

use super::condition::Condition;
use super::list::List;
use super::source::{BackendName, DEFAULT_JWT_COOKIE, DEFAULT_SESSION_COOKIE, Source};
use super::way::{Audience, Way};
use crate::backend::{Backend, BackendId};
use crate::base::text;
use crate::payload::Payload;

/// Who may call: a rule over callers whose payload is `P`.
///
/// It begins with [`user`](crate::dsl::user), each word after it narrows it, and it is
/// evaluated by the compiler: a rule that contradicts itself does not compile. Give it a
/// name, and use it in a table or as `#[jam_auth(WEB)]`:
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
/// Words narrow with *and*: a caller needs every role, every scope and every freshness that
/// was asked for, whether before or after an `or`. [`or`](Self::or) puts two whole rules side
/// by side, each with what was asked for up to there.
///
/// # Defaults
///
/// Without [`cookie`](Self::cookie) or [`header`](Self::header) a session is in the cookie
/// `__Host-session`, where [`Jam::session_cookie`](crate::Jam::session_cookie) without a name puts it,
/// and any other credential in the `Authorization` header. Without [`backend`](Self::backend) it is the one that the
/// [`Jam`](crate::Jam) was built with; if that has two, nobody is let in and the log says
/// why. One of your own is always named.
#[must_use = "a rule guards nothing until it stands in a table or an attribute"]
pub struct Access<P: Payload> {
    ways: List<Way<P::Role>, 4>,
    /// The callers that the rule is for.
    pub audience: Audience,
    /// The page to which a browser is sent instead of 401.
    pub login: Option<&'static str>,
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
            payload: PhantomData,
        }
    }

    /// The rule of a layer: callers of `backend` whose credential is in one of `sources`.
    pub const fn of(backend: BackendName, sources: List<Source, 4>) -> Self {
        Self {
            ways: List::EMPTY.with(Way {
                backend: Some(backend),
                sources,
                ..Way::DEFAULT
            }),
            ..Self::user()
        }
    }

    /// The backend that knows the caller: `"jwt"` or `"session"`. One of your own is named by
    /// its type, with [`backend_type`](Self::backend_type).
    #[track_caller]
    pub const fn backend(self, name: &'static str) -> Self {
        self.by(BackendName::named(name))
    }

    /// The backend that knows the caller is one of your own.
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
    pub const fn backend_type<B: Backend<Payload = P>>(self) -> Self {
        self.by(BackendName::Own(BackendId::of::<B>()))
    }

    #[track_caller]
    pub(super) const fn by(self, backend: BackendName) -> Self {
        each!(self, way => {
            assert!(way.backend.is_none(), "the backend of this rule is set twice");
            way.backend = Some(backend);
        })
    }

    /// Looks for the credential in the cookie `name`, before the sources that come
    /// after it.
    ///
    /// A request with an unsafe method whose credential is in a cookie must come from
    /// the same origin.
    #[track_caller]
    pub const fn cookie(self, name: &'static str) -> Self {
        self.source(Source::cookie(name))
    }

    /// Looks for the credential in the cookie that has no name of its own:
    /// `__Host-jwt` or `__Host-session` (RFC 6265bis section 4.1.3.2).
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
                panic!("a backend of your own has no cookie yet: .cookie(\"name\")")
            }
            None => panic!("name the backend first: its cookie's name follows from it"),
        }
    }

    /// Looks for the credential in the header `name`, before the sources that come
    /// after it. In `Authorization` it follows the scheme `Bearer`, in any case of its
    /// letters; any other header is the credential alone.
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
            _ => panic!("say where the credential is before .or(..): each side has its own place"),
        }
    }

    /// Lets in whom either rule lets in. The credential that is found first, in the order in
    /// which the two rules name their sources, decides: if it is bad nothing else is tried.
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
        rule
    }

    /// One place holds one kind of credential: else a token that one backend refuses would
    /// have to be tried on the other.
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
                            !mine.is(its) || BackendName::same(way.backend, other.backend),
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

    /// Sends a browser to this page instead of answering 401, with the page to come back to
    /// in the query as `next`.
    ///
    /// A browser is who asks by GET or HEAD and accepts `text/html`; everybody else gets the
    /// 401. `path` begins with one `/`.
    #[track_caller]
    pub const fn login(mut self, path: &'static str) -> Self {
        assert!(
            text::is_local_path(path),
            "a page of this site begins with one `/`: .login(\"/login\")"
        );
        self.login = Some(path);
        self
    }

    /// Lets strangers in too: the handler takes `Option<Auth<P>>`.
    ///
    /// A bad header is still refused. A cookie that is no longer good is taken for none,
    /// and cleared.
    #[track_caller]
    pub const fn optional(mut self) -> Self {
        self.check_unconditional();
        self.audience = Audience::Optional;
        self
    }

    /// Turns the rule around: for those who are *not* signed in by it, such as the page where
    /// they do. Whoever is signed in gets 403, or is sent to [`redirect_to`](Self::redirect_to).
    ///
    /// A request with an unsafe method must come from the same origin, so that no other site
    /// can sign a user in to an account of its own. A request with `reauth=1` in its query is let
    /// in too: a rule with [`fresh`](Self::fresh) sends there whoever is to sign in again.
    #[track_caller]
    pub const fn guest(mut self) -> Self {
        self.check_unconditional();
        self.audience = Audience::Guests { redirect_to: None };
        self
    }

    /// Sends those who are signed in to the page `path`, which begins with one `/`, by 303.
    #[track_caller]
    pub const fn redirect_to(mut self, path: &'static str) -> Self {
        assert!(
            text::is_local_path(path),
            "a page of this site begins with one `/`: .redirect_to(\"/\")"
        );
        assert!(
            matches!(self.audience, Audience::Guests { .. }),
            "only a rule for guests sends the others elsewhere: WEB.guest().redirect_to(\"/\")"
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
            "a rule is for callers, for everybody or for guests: say it once"
        );
        let mut at = 0;
        while at < self.ways.len() {
            if let Some(way) = self.ways.at(at) {
                assert!(
                    way.conditions.is_empty(),
                    "this rule asks something of the caller, and a stranger has none of it"
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
            "a rule that lets anonymous requests in cannot ask anything of them: they have no role, no \
             scope and no login"
        );
    }

    /// Answers 404 instead of 403 to a caller who may not call. (A stranger is still told 401, and
    /// our 404 is a problem document where that of a path without a route is empty.)
    pub const fn hide(self) -> Self {
        each!(self, way => way.hide = true)
    }

    /// Returns the ways in, in the order of the rule.
    #[inline]
    pub fn ways(&self) -> impl Iterator<Item = &Way<P::Role>> + Clone {
        self.ways.iter()
    }

    /// Where a credential is looked for, in this order.
    pub fn sources(&self) -> impl Iterator<Item = Source> + Clone {
        self.ways().flat_map(Way::sources)
    }

    /// Returns `true` if the rule lets in anonymous requests.
    pub const fn allows_anonymous(&self) -> bool {
        !matches!(self.audience, Audience::Callers)
    }
}

/// The head of a section whose handlers bring their own rules: what
/// [`declared`](crate::dsl::declared) returns.
#[derive(Clone, Copy, Debug)]
pub struct Declared {
    pub(super) _private: (),
}

/// A rule that lets everybody in, with the reason for it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Public {
    /// The reason.
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
