//! The caller, as a handler receives it.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use jam_core::base::decision::Decision;
use jam_core::claims::RegisteredClaims;
use jam_core::gate::{self, Admission, Caller, Evidence};
use jam_core::refusal::RejectionKind;
use jam_core::rule::{AttributeRule, AttributeRules, BackendName, Source};
use jam_core::session::SessionInfo;

use super::level::{Gated, GatedWithPolicies, Level, Plain, Policed};
use super::noted;
use super::policy::Policies;
use crate::response::answer::Stale;
use crate::response::cache::CacheHeaders;
use crate::response::consulted;
use crate::response::rejection::Rejection;
use crate::setup::jam::Jam;

/// The authenticated and authorized caller of a handler.
///
/// With `#[jam_auth(..)]` it must be the first argument, so that nothing else of the request is read before the
/// caller is admitted. In a table the rule runs before the handler in any case. It derefs to the payload. It has no public constructor, so a function that takes
/// `&Auth<User>` can only be called with an authenticated caller; pass `&user` from any protected handler.
///
/// ```
/// use axum::Json;
/// use jam::{Auth, JamPayload, jam_auth};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// struct User { user: u64 }
///
/// fn notes_of(user: &Auth<User>) -> Vec<String> {
///     vec![format!("a note of {}", user.user)]
/// }
///
/// #[jam_auth(backend = "jwt", cookie = "jwt")]
/// async fn notes(user: Auth<User>) -> Json<Vec<String>> {
///     Json(notes_of(&user))
/// }
/// ```
///
/// The hidden second parameter is the rule that `#[jam_auth]` or a table puts there.
/// Without any rule the extractor answers 500, and the log says what is missing. Behind an
/// [`AuthenticationLayer`](crate::layer::AuthenticationLayer) it rejects an anonymous request with 401.
pub struct Auth<P, R: Level = Plain>(R::Holds<P>);

/// A caller of one extractor, or one that several share.
#[doc(hidden)]
#[derive(Clone)]
#[allow(missing_debug_implementations, clippy::exhaustive_enums)] // private but for `Level`
pub enum Holding<P> {
    Own(Caller<P>),
    Shared(Arc<Caller<P>>),
}

impl<P> Holding<P> {
    pub(crate) fn caller(&self) -> &Caller<P> {
        match self {
            Self::Own(caller) => caller,
            Self::Shared(caller) => caller,
        }
    }
}

impl<P, R: Level> Auth<P, R> {
    /// Returns the payload by value.
    pub fn into_inner(self) -> P
    where
        P: Clone,
    {
        match R::into_holding(self.0) {
            Holding::Own(caller) => caller.payload.into_inner(),
            Holding::Shared(caller) => Arc::unwrap_or_clone(caller).payload.into_inner(),
        }
    }

    /// Returns the caller without the handler's rule in its type, to pass it on by value.
    pub fn into_auth(self) -> Auth<P> {
        Auth(R::into_holding(self.0))
    }

    /// Returns the registered claims, if the credential is a token.
    pub fn token(&self) -> Option<&RegisteredClaims> {
        match &self.caller().evidence {
            Evidence::Token(_, claims) => Some(claims),
            Evidence::Session(_) | Evidence::Own { .. } => None,
        }
    }

    /// Returns the session, if the credential is a session's token.
    pub fn session(&self) -> Option<&SessionInfo> {
        match &self.caller().evidence {
            Evidence::Session(session) => Some(session),
            Evidence::Token(..) | Evidence::Own { .. } => None,
        }
    }

    /// Returns the backend that authenticated the caller.
    pub fn backend(&self) -> BackendName {
        self.caller().evidence.backend()
    }

    /// Returns the cookie or the header of the credential.
    pub fn source(&self) -> Source {
        self.caller().source
    }

    /// Returns the time of the login, in seconds since the Unix epoch. A token of another issuer may not have
    /// it, nor a backend of your own.
    pub fn auth_time(&self) -> Option<u64> {
        self.caller().evidence.auth_time()
    }

    /// Returns the first second, since the Unix epoch, at which the credential is no longer valid, also if it
    /// is used. Tokens and sessions always have one.
    pub fn expires_at(&self) -> Option<u64> {
        self.caller().evidence.expires_at()
    }

    fn caller(&self) -> &Caller<P> {
        R::holding(&self.0).caller()
    }
}

#[cfg(feature = "testing")]
impl<P, R: Level> Auth<P, R> {
    /// Makes a caller without any check, for tests.
    pub(crate) fn holding_of(holding: Holding<P>) -> Self {
        Self(R::hold(holding))
    }
}

impl<P, R: Level<Holds<P> = Auth<P>>> Auth<P, R> {
    /// Marks the caller of a handler whose rule is `R`.
    pub(crate) fn marked(user: Auth<P>) -> Self {
        Self(user)
    }

    /// Marks the caller. An anonymous request is rejected; the rule of such a handler lets none in.
    #[inline]
    fn of_rule(extracted: Result<Extracted<P>, Rejection>) -> Result<Self, Rejection> {
        match extracted {
            Ok((Some(user), _)) => Ok(Self(user)),
            Ok((None, _)) => Err(Rejection::new(RejectionKind::NoCredential)),
            Err(rejection) => Err(rejection),
        }
    }
}

impl<P> Auth<P> {
    pub(crate) fn holding(&self) -> &Holding<P> {
        &self.0
    }

    /// Makes a caller that no other extractor has.
    pub(crate) fn own(caller: Caller<P>) -> Self {
        Self(Holding::Own(caller))
    }

    /// Makes a caller that other extractors share.
    pub(crate) fn shared(caller: Arc<Caller<P>>) -> Self {
        Self(Holding::Shared(caller))
    }

    pub(crate) fn into_holding(self) -> Holding<P> {
        self.0
    }
}

/// Drops the handler's rule from the type, as [`Auth::into_auth`] does.
impl<P, R> From<Auth<P, Gated<R>>> for Auth<P> {
    fn from(user: Auth<P, Gated<R>>) -> Self {
        user.into_auth()
    }
}

/// Drops the handler's rule from the type, as [`Auth::into_auth`] does.
impl<P, R> From<Auth<P, GatedWithPolicies<R>>> for Auth<P> {
    fn from(user: Auth<P, GatedWithPolicies<R>>) -> Self {
        user.into_auth()
    }
}

impl<P, R: Level> Deref for Auth<P, R> {
    type Target = R::Target<P>;

    fn deref(&self) -> &R::Target<P> {
        R::target(&self.0)
    }
}

impl<P, R: Level> fmt::Debug for Auth<P, R> {
    // The payload is the user's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("backend", &self.backend())
            .field("source", &self.source())
            .finish_non_exhaustive()
    }
}

/// A router state that holds a [`Jam`].
#[diagnostic::on_unimplemented(
    message = "the router state `{Self}` does not hold a `Jam`",
    label = "no `Jam` can be taken out of this state",
    note = "add a field `jam: Jam` to it and `#[derive(Clone, axum::extract::FromRef)]`, or \
            implement `axum::extract::FromRef<{Self}>` for `Jam`",
    note = "`#[debug_handler]` takes the state to be `()` unless it is named: \
            `#[debug_handler(state = App)]`"
)]
pub trait JamState: Send + Sync + 'static {
    /// Returns the `Jam` of the state. A state that is a `Jam` is borrowed: cloning it would change a counter
    /// that all requests share.
    fn jam(&self) -> Cow<'_, Jam>;
}

#[diagnostic::do_not_recommend]
impl<S: Send + Sync + 'static> JamState for S
where
    Jam: FromRef<S>,
{
    fn jam(&self) -> Cow<'_, Jam> {
        match (self as &dyn Any).downcast_ref() {
            Some(jam) => Cow::Borrowed(jam),
            None => Cow::Owned(Jam::from_ref(self)),
        }
    }
}

/// The caller, or `None` for an anonymous request, and the name of a cookie to clear.
type Extracted<P> = (Option<Auth<P>>, Option<&'static str>);

/// Runs the gate for a handler with the rule `R`, and then its policies if it has some.
///
/// Only what has to be waited for is in a future of its own. A future that held the result would make
/// the handler's future larger than 1 KiB, from where on the allocator takes 700 instructions more.
#[inline]
fn extract<'a, P, R, S>(
    parts: &'a mut Parts,
    state: &'a S,
    policies: Option<&'static Policies<S>>,
) -> Decision<'a, Result<Extracted<P>, Rejection>>
where
    S: JamState,
    P: AttributeRules,
    R: AttributeRule<P>,
{
    let (jam, access) = (state.jam(), R::rule::<()>());
    consulted::note(parts, access.sources());
    if policies.is_none()
        && let Some(admitted) = gate::admit(jam.authenticator(), access, parts).ready()
    {
        return Decision::Ready(match admitted {
            Ok(Admission::Caller(caller)) => Ok((Some(Auth::own(caller)), None)),
            Ok(Admission::Anonymous { stale }) => Ok((None, stale)),
            Err(refusal) => Err(jam.reject(refusal, parts).behind(caching::<P, R>)),
        });
    }
    Decision::Pending(Box::pin(async move {
        let behind = |rejection: Rejection| rejection.behind(caching::<P, R>);
        let admitted = gate::admit(jam.authenticator(), access, parts).wait().await;
        let admission = admitted.map_err(|refusal| behind(jam.reject(refusal, parts)))?;
        let (caller, stale) = admission.shared();
        if let Some(policies) = policies {
            let caller = caller.as_ref();
            let decided = noted::decide::<P, R, S>(policies, &jam, caller, parts, state).await;
            let removal = || stale.map(|name| jam.remove_cookie(name));
            decided.map_err(|denied| behind(denied).removing(removal()))?;
        }
        Ok((caller.map(Auth::shared), stale))
    }))
}

/// Returns the headers for caches of every answer of a handler with the rule `R`.
fn caching<P: AttributeRules, R: AttributeRule<P>>() -> CacheHeaders {
    CacheHeaders::of(R::rule::<()>().sources())
}

// Handlers with policies have implementations of their own: rustc solves these bounds for each handler,
// and the bounds of policies would cost every one of them.
impl<S, P, R> FromRequestParts<S> for Auth<P, Gated<R>>
where
    S: JamState,
    P: AttributeRules,
    R: AttributeRule<P>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let pending = match extract::<P, R, S>(parts, state, None) {
            Decision::Ready(extracted) => return Self::of_rule(extracted),
            Decision::Pending(future) => future,
        };
        Self::of_rule(pending.await)
    }
}

#[diagnostic::do_not_recommend]
impl<S, P, R> FromRequestParts<S> for Auth<P, GatedWithPolicies<R>>
where
    S: JamState,
    P: AttributeRules,
    R: AttributeRule<P> + Policed<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let pending = match extract::<P, R, S>(parts, state, Some(R::policies())) {
            Decision::Ready(extracted) => return Self::of_rule(extracted),
            Decision::Pending(future) => future,
        };
        Self::of_rule(pending.await)
    }
}

impl<S, P, R> FromRequestParts<S> for Optional<P, Gated<R>>
where
    S: JamState,
    P: AttributeRules,
    R: AttributeRule<P>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let (user, stale) = extract::<P, R, S>(parts, state, None).wait().await?;
        Ok(Self::of_rule(user, stale, caching::<P, R>(), &state.jam()))
    }
}

#[diagnostic::do_not_recommend]
impl<S, P, R> FromRequestParts<S> for Optional<P, GatedWithPolicies<R>>
where
    S: JamState,
    P: AttributeRules,
    R: AttributeRule<P> + Policed<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let (user, stale) = extract::<P, R, S>(parts, state, Some(R::policies()))
            .wait()
            .await?;
        Ok(Self::of_rule(user, stale, caching::<P, R>(), &state.jam()))
    }
}

/// The first argument of a handler whose rule is optional.
#[doc(hidden)]
pub struct Optional<P, R> {
    user: Option<Auth<P>>,
    stale: Stale,
    rule: std::marker::PhantomData<fn() -> R>,
}

impl<P, R> Optional<P, R> {
    fn of_rule(
        user: Option<Auth<P>>,
        stale: Option<&'static str>,
        caching: CacheHeaders,
        jam: &Jam,
    ) -> Self {
        Self {
            stale: Stale {
                removal: stale.map(|name| jam.remove_cookie(name)),
                caching,
            },
            ..user.into()
        }
    }

    /// Returns the handler's own argument, and what its answer needs.
    pub fn split(self) -> (Option<Auth<P>>, Stale) {
        (self.user, self.stale)
    }
}

/// For calling such a handler directly, in a test of it.
impl<P, R> From<Option<Auth<P>>> for Optional<P, R> {
    fn from(user: Option<Auth<P>>) -> Self {
        Self {
            user,
            stale: Stale::default(),
            rule: std::marker::PhantomData,
        }
    }
}

impl<P, R> fmt::Debug for Optional<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.user.fmt(f)
    }
}
