//! [`Jam`]: the operations on tokens and sessions.

use std::fmt;
use std::sync::Arc;

use axum::response::Response;
use http::request::Parts;
use jam_core::base::error::TokenFault;
use jam_core::claims::Claims;
use jam_core::gate::Authenticator;
use jam_core::payload::Payload;
use jam_core::refusal::Refusal;
use jam_core::request::cookie::Transport;
use jam_core::rule::{DEFAULT_JWT_COOKIE, DEFAULT_SESSION_COOKIE};
use jam_core::session::{Session, SessionId, SessionToken, Sessions};
use jam_core::token::Token;

use super::builder::{JamBuilder, WantsBackend};
use crate::response::error::Error;
use crate::response::rejection::Rejection;
use crate::response::set_cookie::SetCookie;

/// Makes the application's own answer to a rejected request.
pub(crate) type OnReject = dyn Fn(&Rejection, &Parts) -> Response + Send + Sync;

/// The operations on tokens and sessions, with their configuration.
///
/// Cloning is cheap. Keep it in the router's state: the state itself, or a field of
/// one that derives `axum::extract::FromRef`.
#[derive(Clone)]
pub struct Jam(Arc<Inner>);

struct Inner {
    authenticator: Authenticator,
    on_reject: Option<Box<OnReject>>,
}

impl Jam {
    /// Returns a builder. [`build`](JamBuilder::build) is available once a backend was added.
    ///
    /// ```
    /// use jam::{Jam, Jwt, Sessions};
    ///
    /// # fn main() -> Result<(), jam::ConfigError> {
    /// let jam = Jam::builder()
    ///     .jwt(Jwt::hs256("a secret that is at least 32 bytes"))
    ///     .sessions(Sessions::in_memory())
    ///     .build()?;
    /// # let _ = jam;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> JamBuilder<WantsBackend> {
        JamBuilder::new()
    }

    pub(crate) fn new(authenticator: Authenticator, on_reject: Option<Box<OnReject>>) -> Self {
        Self(Arc::new(Inner {
            authenticator,
            on_reject,
        }))
    }

    // Tokens

    /// Makes claims of `payload`: adds `jti`, `iat` and `exp`, and `iss` and `aud` if they are configured.
    ///
    /// It is for a login; to renew a token see [`Claims::with_auth_time`]. Without a JWT backend the claims
    /// have expired, and [`gen_jwt_token`](Self::gen_jwt_token) returns an error.
    #[must_use]
    pub fn make_payload<P: Payload>(&self, payload: P) -> Claims<P> {
        match &self.authenticator().tokens {
            Some(tokens) => tokens.claims(payload, self.authenticator().now()),
            None => Claims::expired(payload),
        }
    }

    /// Signs claims.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BackendMissing`](crate::ErrorKind::BackendMissing) without a JWT backend (500), [`ErrorKind::Payload`](crate::ErrorKind::Payload)
    /// when the payload is no JSON object or longer than a token may be (500),
    /// [`ErrorKind::Random`](crate::ErrorKind::Random) when the system had no random bytes for `jti` (503).
    pub fn gen_jwt_token<P: Payload>(&self, claims: &Claims<P>) -> Result<Token, Error> {
        Ok(self.authenticator().tokens()?.sign(claims, self.now())?)
    }

    /// Verifies a token and returns its claims.
    ///
    /// A handler with `#[jam_auth(..)]` does not need it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`](crate::ErrorKind::Token) with the reason (401), [`ErrorKind::BackendMissing`](crate::ErrorKind::BackendMissing) without
    /// a JWT backend (500).
    pub fn verify_jwt_token<P: Payload>(&self, token: &str) -> Result<Claims<P>, Error> {
        let tokens = self.authenticator().tokens()?;
        let verified = tokens.verify(token.as_bytes(), self.now()).ready();
        // A key that would have to be fetched is not known here.
        Ok(verified.unwrap_or(Err(TokenFault::Key))?.into())
    }

    // Sessions

    /// Creates a session with `data` for the owner `key`.
    ///
    /// `key` is the user's name or number. [`sessions`](Self::sessions) and
    /// [`clear_sessions`](Self::clear_sessions) take it too. Every call makes a new id; an id that the browser
    /// sent is never used. Earlier sessions of the user stay, as on another device: end them with
    /// [`delete_session`](Self::delete_session) or [`clear_sessions`](Self::clear_sessions).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) or [`ErrorKind::Random`](crate::ErrorKind::Random) (503), [`ErrorKind::SessionLimit`](crate::ErrorKind::SessionLimit) (409),
    /// [`ErrorKind::BackendMissing`](crate::ErrorKind::BackendMissing) or [`ErrorKind::Payload`](crate::ErrorKind::Payload) (500).
    pub async fn create_session<P: Payload>(
        &self,
        key: &str,
        data: &P,
    ) -> Result<SessionToken, Error> {
        Ok(self
            .sessions_backend()?
            .create(key, data, self.now())
            .await?)
    }

    /// Returns the session `id`, or `None` if it has ended or does not hold a `P`.
    ///
    /// This does not count as a use of the session.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) (503), [`ErrorKind::BackendMissing`](crate::ErrorKind::BackendMissing) (500).
    pub async fn get_session<P: Payload>(
        &self,
        id: impl AsRef<SessionId>,
    ) -> Result<Option<Session<P>>, Error> {
        Ok(self
            .sessions_backend()?
            .get(id.as_ref(), self.now())
            .await?)
    }

    /// Changes the data of the session `id` by `change`, and returns the session with the new data.
    ///
    /// No change is lost: if another change comes between, `change` runs again on the data of that one. So it
    /// may run several times, and should have no other effect.
    ///
    /// The change is saved when this returns, also if the handler panics later. If `change` panics, nothing is
    /// saved.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SessionMissing`](crate::ErrorKind::SessionMissing) when the session has ended (401),
    /// [`ErrorKind::SessionConflict`](crate::ErrorKind::SessionConflict) after 100 changes that came between (409),
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) (503), [`ErrorKind::BackendMissing`](crate::ErrorKind::BackendMissing) or
    /// [`ErrorKind::Payload`](crate::ErrorKind::Payload) (500).
    pub async fn update_session<P: Payload>(
        &self,
        id: impl AsRef<SessionId>,
        change: impl FnMut(&mut P),
    ) -> Result<Session<P>, Error> {
        let sessions = self.sessions_backend()?;
        Ok(sessions.update(id.as_ref(), self.now(), change).await?)
    }

    /// Gives the session `id` a new token. The old token is not valid any more.
    ///
    /// Call it when the user's permissions change (OWASP Session Management). The data and the end of the
    /// session stay as they are.
    ///
    /// # Errors
    ///
    /// As [`update_session`](Self::update_session); [`ErrorKind::Random`](crate::ErrorKind::Random) (503).
    pub async fn rotate_session(&self, id: impl AsRef<SessionId>) -> Result<SessionToken, Error> {
        let sessions = self.sessions_backend()?;
        Ok(sessions.rotate(id.as_ref(), self.now()).await?)
    }

    /// Notes that the user of the session `id` has signed in again: sets its `auth_time` to now, starts both
    /// timeouts anew, and gives it a new token, as at every login.
    ///
    /// Call it after the login on the page to which a rule with [`fresh`](crate::Access::fresh) sent the user.
    /// With tokens instead of sessions, sign a new token.
    ///
    /// # Errors
    ///
    /// As [`rotate_session`](Self::rotate_session).
    pub async fn reauthenticate_session(
        &self,
        id: impl AsRef<SessionId>,
    ) -> Result<SessionToken, Error> {
        let sessions = self.sessions_backend()?;
        Ok(sessions.reauthenticate(id.as_ref(), self.now()).await?)
    }

    /// Notes a use of the session `id` without a request, for example by an open WebSocket or by a job. Returns
    /// `true` if the session is alive.
    ///
    /// A request notes its use itself.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) (503), [`ErrorKind::BackendMissing`](crate::ErrorKind::BackendMissing) (500).
    pub async fn touch_session(&self, id: impl AsRef<SessionId>) -> Result<bool, Error> {
        Ok(self
            .sessions_backend()?
            .touch(id.as_ref(), self.now())
            .await?)
    }

    /// Ends the session `id`, also if it was rotated meanwhile. Returns `true` if it existed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`](crate::ErrorKind::Store): it may live on (503). [`ErrorKind::BackendMissing`](crate::ErrorKind::BackendMissing) (500).
    pub async fn delete_session(&self, id: impl AsRef<SessionId>) -> Result<bool, Error> {
        Ok(self.sessions_backend()?.delete(id.as_ref()).await?)
    }

    /// Ends every session of `key`. Returns the number of sessions that ended.
    ///
    /// # Errors
    ///
    /// As [`delete_session`](Self::delete_session).
    pub async fn clear_sessions(&self, key: &str) -> Result<u64, Error> {
        Ok(self.sessions_backend()?.clear(key, None).await?)
    }

    /// Ends every session of `key` except `keep`: "sign out my other devices". Returns the number of sessions
    /// that ended.
    ///
    /// # Errors
    ///
    /// As [`delete_session`](Self::delete_session).
    pub async fn clear_other_sessions(
        &self,
        key: &str,
        keep: impl AsRef<SessionId>,
    ) -> Result<u64, Error> {
        let sessions = self.sessions_backend()?;
        Ok(sessions.clear(key, Some(keep.as_ref())).await?)
    }

    /// Returns the sessions of `key` that are alive and hold a `P`, the most recently used one first. Their ids
    /// can end a session, and cannot open one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) (503), [`ErrorKind::BackendMissing`](crate::ErrorKind::BackendMissing) (500).
    pub async fn sessions<P: Payload>(&self, key: &str) -> Result<Vec<Session<P>>, Error> {
        Ok(self.sessions_backend()?.list(key, self.now()).await?)
    }

    // Operation

    /// Creates the tables of the session store, or changes them to those of this version. It may be called at
    /// every start, by several processes at once. Without sessions, and for a store without tables, it does
    /// nothing.
    ///
    /// It waits for the store without [`Sessions::store_timeout`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`](crate::ErrorKind::Store).
    pub async fn migrate(&self) -> Result<(), Error> {
        match self.sessions_backend() {
            Ok(sessions) => Ok(sessions.migrate().await?),
            Err(_) => Ok(()),
        }
    }

    /// Checks that the session store answers within [`Sessions::store_timeout`]. Without sessions it succeeds.
    ///
    /// ```
    /// use axum::{Router, extract::State, routing::get};
    /// use jam::Jam;
    ///
    /// async fn health(State(jam): State<Jam>) -> Result<&'static str, jam::Error> {
    ///     jam.health().await?;
    ///     Ok("ok")
    /// }
    ///
    /// let routes: Router<Jam> = Router::new().route("/health", get(health));
    /// # let _ = routes;
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) (503).
    pub async fn health(&self) -> Result<(), Error> {
        match self.sessions_backend() {
            Ok(sessions) => Ok(sessions.health().await?),
            Err(_) => Ok(()),
        }
    }

    // Responses

    /// Makes the cookie for `token`, with the token's lifetime.
    ///
    /// `name` is the name in the rule; `None` is `__Host-jwt`.
    pub fn jwt_cookie<'a>(&self, name: impl Into<Option<&'a str>>, token: Token) -> SetCookie {
        let name = name.into().unwrap_or(DEFAULT_JWT_COOKIE);
        let life = token.expires_at().saturating_sub(self.now());
        self.note_cookie(name);
        SetCookie::new(self.transport(), name, token.into_string(), life)
    }

    /// Makes the cookie for `session`, with the session's lifetime.
    ///
    /// `name` is the name in the rule; `None` is `__Host-session`.
    pub fn session_cookie<'a>(
        &self,
        name: impl Into<Option<&'a str>>,
        session: SessionToken,
    ) -> SetCookie {
        let name = name.into().unwrap_or(DEFAULT_SESSION_COOKIE);
        let life = session.life();
        self.note_cookie(name);
        SetCookie::new(self.transport(), name, session.into_string(), life)
    }

    /// Makes the header that removes the cookie `name` from the browser.
    ///
    /// The session or the token stays valid on the server. See [`logout`](Self::logout).
    pub fn remove_cookie(&self, name: &str) -> SetCookie {
        SetCookie::removal(self.transport(), name)
    }

    /// The backends and settings by which requests are authenticated.
    #[inline]
    pub(crate) fn authenticator(&self) -> &Authenticator {
        &self.0.authenticator
    }

    pub(crate) fn transport(&self) -> Transport {
        self.authenticator().transport
    }

    pub(crate) fn sessions_backend(&self) -> Result<&Sessions, Error> {
        Ok(self.authenticator().sessions()?)
    }

    fn now(&self) -> u64 {
        self.authenticator().now()
    }

    /// Notes that the application sets a credential's cookie of this name.
    fn note_cookie(&self, name: &str) {
        let names = &self.authenticator().cookie_names;
        names.sets(self.transport().wire_name(name));
    }

    /// Makes the response to a rejected request, with the application's `on_reject`.
    #[cold]
    pub(crate) fn reject(&self, refusal: Refusal, request: &Parts) -> Rejection {
        tracing::debug!(
            target: "jam",
            kind = ?refusal.kind(),
            method = %request.method,
            path = request.uri.path(),
            "request rejected"
        );
        let rejection = Rejection::from(refusal);
        match &self.0.on_reject {
            Some(answer) => {
                let answer = answer(&rejection, request);
                rejection.answered_with(answer)
            }
            None => rejection,
        }
    }
}

impl fmt::Debug for Jam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Authenticator {
            tokens,
            sessions,
            own_backends,
            ..
        } = self.authenticator();
        f.debug_struct("Jam")
            .field("jwt", &tokens.is_some())
            .field("session", &sessions.is_some())
            .field("own", own_backends)
            .finish_non_exhaustive()
    }
}
