//! The caller, as a handler receives it.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use crate::access::{BackendName, Source};
use crate::backend::BackendId;
use crate::claims::RegisteredClaims;
use crate::cookie::SetCookie;
use crate::found;
use crate::gate::{self, Admission, AtOnce};
use crate::jam::Jam;
use crate::payload::Payload;
use crate::rejection::Rejection;
use crate::response::CacheHeaders;
use crate::response_layer;
use crate::rule::{Gated, GatedWithPolicies, Level, Plain, Policed, Rule};
use crate::session::SessionInfo;

/// A caller who was let in: the proof of it, and the payload.
///
/// It is the first argument of a protected handler, so that nothing else of the request
/// is read for a caller who is not let in. It derefs to the payload and cannot be made by
/// hand: a function that takes `&Auth<User>` cannot be called for a stranger, and `&user`
/// of any protected handler passes for one.
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
/// Without any rule the extractor fails closed: 500, and the log says what is missing.
/// Behind an [`AuthenticationLayer`](crate::AuthenticationLayer) it answers 401 to a
/// stranger.
pub struct Auth<P, R: Level = Plain>(R::Holds<P>);

/// A caller by value, as the gate made it.
#[doc(hidden)]
#[derive(Clone)]
#[allow(missing_debug_implementations)] // `Auth` has one
pub struct Caller<P> {
    pub(crate) payload: Held<P>,
    pub(crate) evidence: Evidence,
    pub(crate) source: Source,
}

/// A payload of one request alone, or one that is shared with all that use its session.
#[derive(Clone)]
pub(crate) enum Held<P> {
    Own(P),
    Shared(Arc<P>),
}

impl<P> Deref for Held<P> {
    type Target = P;

    fn deref(&self) -> &P {
        match self {
            Self::Own(payload) => payload,
            Self::Shared(payload) => payload,
        }
    }
}

impl<P: Clone> Held<P> {
    fn into_inner(self) -> P {
        match self {
            Self::Own(payload) => payload,
            Self::Shared(payload) => Arc::unwrap_or_clone(payload),
        }
    }
}

impl<P> Caller<P> {
    /// Where the credential was, and whose it is.
    pub(crate) fn known_by(&self) -> (Source, BackendName) {
        (self.source, self.evidence.backend())
    }
}

/// How it is known who calls.
#[derive(Clone)]
pub(crate) enum Evidence {
    Token(RegisteredClaims),
    Session(SessionInfo),
    Own {
        backend: BackendId,
        auth_time: Option<u64>,
        expires_at: Option<u64>,
    },
}

impl Evidence {
    pub(crate) fn backend(&self) -> BackendName {
        match self {
            Self::Token(_) => BackendName::Jwt,
            Self::Session(_) => BackendName::Session,
            Self::Own { backend, .. } => BackendName::Own(*backend),
        }
    }

    pub(crate) fn auth_time(&self) -> Option<u64> {
        match self {
            Self::Token(claims) => claims.auth_time(),
            Self::Session(session) => Some(session.auth_time()),
            Self::Own { auth_time, .. } => *auth_time,
        }
    }
}

/// A caller of one extractor alone, or one that several share.
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
    /// The payload.
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

    /// The registered claims, if it was a token that let the caller in.
    pub fn token(&self) -> Option<&RegisteredClaims> {
        match &self.caller().evidence {
            Evidence::Token(claims) => Some(claims),
            Evidence::Session(_) | Evidence::Own { .. } => None,
        }
    }

    /// The session, if it was one that let the caller in.
    pub fn session(&self) -> Option<&SessionInfo> {
        match &self.caller().evidence {
            Evidence::Session(session) => Some(session),
            Evidence::Token(_) | Evidence::Own { .. } => None,
        }
    }

    /// The backend that knew the caller.
    pub fn backend(&self) -> BackendName {
        self.caller().evidence.backend()
    }

    /// Where in the request the credential was.
    pub fn source(&self) -> Source {
        self.caller().source
    }

    /// When the user proved who they are, in seconds since the Unix epoch. A token of
    /// another issuer may not say, nor may a backend of your own.
    pub fn auth_time(&self) -> Option<u64> {
        self.caller().evidence.auth_time()
    }

    /// The first second, since the Unix epoch, at which the credential is no longer good
    /// however much it is used. Tokens and sessions always have one.
    pub fn expires_at(&self) -> Option<u64> {
        match &self.caller().evidence {
            Evidence::Token(claims) => Some(claims.expires_at()),
            Evidence::Session(session) => Some(session.expires_at()),
            Evidence::Own { expires_at, .. } => *expires_at,
        }
    }

    fn caller(&self) -> &Caller<P> {
        R::holding(&self.0).caller()
    }
}

#[cfg(feature = "testing")]
impl<P, R: Level> Auth<P, R> {
    /// A proof of nothing, for tests alone.
    pub(crate) fn holding_of(holding: Holding<P>) -> Self {
        Self(R::hold(holding))
    }
}

impl<P, R: Level<Holds<P> = Auth<P>>> Auth<P, R> {
    /// The caller of a handler whose rule is `R`.
    pub(crate) fn marked(user: Auth<P>) -> Self {
        Self(user)
    }
}

impl<P> Auth<P> {
    pub(crate) fn holding(&self) -> &Holding<P> {
        &self.0
    }

    /// A caller of whom nobody else is told.
    pub(crate) fn own(caller: Caller<P>) -> Self {
        Self(Holding::Own(caller))
    }

    /// The caller whom a gate in front let in.
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
    /// The `Jam` in it. A state that is one is not counted once more, which each request would
    /// wait for.
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

// One for handlers with policies and one for those without: rustc solves these bounds for each
// handler anew, and what only some need would cost all of them.
impl<S, P, R> FromRequestParts<S> for Auth<P, Gated<R>>
where
    S: JamState,
    P: Payload,
    R: Rule<P>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let (jam, access) = (state.jam(), R::rule::<()>());
        response_layer::note(parts, access.sources());
        let own = |caller| Self(Auth::own(caller));
        let presented = {
            let mut seat = None;
            match gate::admit_at_once(&jam, access, parts, &mut seat) {
                AtOnce::Decided(admission) => {
                    let admission = admission.map_err(|refusal| refusal.behind(caching::<P, R>))?;
                    // Not by way of another `Result`, which would be one more copy.
                    if matches!(admission, Admission::Caller)
                        && let Some(caller) = seat
                    {
                        return Ok(own(caller));
                    }
                    return admission.caller(None).map(own);
                }
                AtOnce::Unknown(presented) => presented,
            }
        };
        let admitted = gate::admit_later(&jam, access, parts, presented).await;
        let (admission, seat) = admitted.map_err(|refusal| refusal.behind(caching::<P, R>))?;
        admission.caller(seat).map(own)
    }
}

#[diagnostic::do_not_recommend]
impl<S, P, R> FromRequestParts<S> for Auth<P, GatedWithPolicies<R>>
where
    S: JamState,
    P: Payload,
    R: Rule<P> + Policed<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let (jam, access) = (state.jam(), R::rule::<()>());
        response_layer::note(parts, access.sources());
        let behind = |refusal: Rejection| refusal.behind(caching::<P, R>);
        let (admission, seat) = gate::admit(&jam, access, parts).await.map_err(behind)?;
        let caller = Arc::new(admission.caller(seat)?);
        let asked = found::ask::<P, R, S>(&jam, Some(&caller), parts, state).await;
        asked.map_err(behind)?;
        Ok(Self(Auth::shared(caller)))
    }
}

/// The first argument of a handler whose rule is optional.
#[doc(hidden)]
pub struct Optional<P, R> {
    user: Option<Auth<P>>,
    stale: Stale,
    rule: std::marker::PhantomData<fn() -> R>,
}

/// What the answer of an optional handler is to say besides its own.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Stale {
    /// The cookie that let nobody in and is to be cleared.
    pub(crate) removal: Option<SetCookie>,
    /// The headers that tell caches on which fields the answer depends.
    pub(crate) caching: CacheHeaders,
}

impl<P, R> Optional<P, R> {
    /// What the handler's own argument is, and what its answer needs.
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

impl<S, P, R> FromRequestParts<S> for Optional<P, Gated<R>>
where
    S: JamState,
    P: Payload,
    R: Rule<P>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let (caller, stale) = whoever::<P, R>(&state.jam(), parts).await?;
        let user = caller.map(Auth::shared);
        Ok(Self {
            stale,
            ..user.into()
        })
    }
}

#[diagnostic::do_not_recommend]
impl<S, P, R> FromRequestParts<S> for Optional<P, GatedWithPolicies<R>>
where
    S: JamState,
    P: Payload,
    R: Rule<P> + Policed<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let jam = state.jam();
        let (caller, stale) = whoever::<P, R>(&jam, parts).await?;
        let asked = found::ask::<P, R, S>(&jam, caller.as_ref(), parts, state).await;
        if let Err(denied) = asked {
            return Err(denied.with(stale));
        }
        let user = caller.map(Auth::shared);
        Ok(Self {
            stale,
            ..user.into()
        })
    }
}

/// The headers for caches of every answer of a handler with the rule `R`.
fn caching<P: Payload, R: Rule<P>>() -> CacheHeaders {
    CacheHeaders::of(R::rule::<()>().sources())
}

/// Whom an optional rule lets in, and what the answer is to say of it.
async fn whoever<P: Payload, R: Rule<P>>(
    jam: &Jam,
    parts: &mut Parts,
) -> Result<(Option<Arc<Caller<P>>>, Stale), Rejection> {
    let access = R::rule::<()>();
    let admitted = gate::admit(jam, access, parts).await;
    let (admission, seat) = admitted.map_err(|refusal| refusal.behind(caching::<P, R>))?;
    let (caller, stale) = admission.shared(seat)?;
    let stale = Stale {
        removal: stale.map(|name| jam.remove_cookie(name)),
        caching: caching::<P, R>(),
    };
    Ok((caller, stale))
}
