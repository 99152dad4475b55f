//! The caller, as a handler receives it.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRef;
use jam_core::claims::RegisteredClaims;
use jam_core::gate::{Caller, Evidence};
use jam_core::rule::{BackendName, Source};
use jam_core::session::SessionInfo;

use super::level::{Gated, GatedWithPolicies, Level, Plain};
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
    #[inline]
    pub(crate) fn marked(user: Auth<P>) -> Self {
        Self(user)
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
