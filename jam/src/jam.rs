//! [`Jam`]: what an application asks to sign users in and out.

use std::fmt;
use std::sync::Arc;

use crate::access::{BackendName, Source};
use crate::auth::Auth;
use crate::backend::OwnBackends;
use crate::builder::{JamBuilder, OnReject, WantsBackend};
use crate::claims::{Claims, RegisteredClaims};
use crate::clock::Clock;
use crate::cookie::{self, SetCookie, Transport};
use crate::cookie_names::CookieNames;
use crate::error::{Error, ErrorKind};
use crate::logout::Logout;
use crate::origin::Origins;
use crate::payload::Payload;
use crate::rule::Level;
use crate::session::{Session, SessionId, SessionToken, Sessions};
use crate::token::{Token, Tokens};

/// The operations on tokens and sessions, and the configuration of both.
///
/// Cloning it is cheap. Keep it in the router's state: the state itself, or a field of
/// one that derives `axum::extract::FromRef`.
#[derive(Clone)]
pub struct Jam(Arc<Parts>);

/// What a [`JamBuilder`] put together.
pub(crate) struct Parts {
    pub(crate) tokens: Option<Tokens>,
    pub(crate) sessions: Option<Sessions>,
    pub(crate) own_backends: OwnBackends,
    pub(crate) clock: Clock,
    pub(crate) transport: Transport,
    pub(crate) origins: Origins,
    pub(crate) on_reject: Option<Box<OnReject>>,
    pub(crate) cookie_names: CookieNames,
}

impl Jam {
    /// Begins a `Jam`; [`build`](JamBuilder::build) exists once a backend was given.
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

    pub(crate) fn of(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    // Tokens

    /// Claims around `payload`: `jti`, `iat` and `exp` are added, and `iss` and `aud` if
    /// they are configured. It is for a login; to renew a token see
    /// [`Claims::with_auth_time`].
    ///
    /// Without a JWT backend the claims have expired already, and
    /// [`gen_jwt_token`](Self::gen_jwt_token) says so.
    #[must_use]
    pub fn make_payload<P: Payload>(&self, payload: P) -> Claims<P> {
        match &self.0.tokens {
            Some(tokens) => tokens.claims(payload, self.now()),
            None => Claims {
                registered: Default::default(),
                payload,
            },
        }
    }

    /// Signs `claims`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BackendMissing`] without a JWT backend (500), [`ErrorKind::Payload`]
    /// when the payload is no JSON object or longer than a token may be (500),
    /// [`ErrorKind::Random`] when the system had no random bytes for `jti` (503).
    pub fn gen_jwt_token<P: Payload>(&self, claims: &Claims<P>) -> Result<Token, Error> {
        self.tokens()?.sign(claims)
    }

    /// The claims of `token`, if it is good: now, here, and for this payload.
    ///
    /// A handler does not need it: `#[jam_auth(..)]` has done it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Token`] with the reason (401), [`ErrorKind::BackendMissing`] without
    /// a JWT backend (500).
    pub fn verify_jwt_token<P: Payload>(&self, token: &str) -> Result<Claims<P>, Error> {
        let mut registered = RegisteredClaims::default();
        let tokens = self.tokens()?;
        let payload = tokens.verify(token.as_bytes(), self.now(), &mut registered)?;
        Ok(Claims {
            registered,
            payload,
        })
    }

    // Sessions

    /// Begins a session of `key`, which holds `data`.
    ///
    /// `key` is whose session it is: the user's name or number. It is what
    /// [`sessions`](Self::sessions) and [`clear_sessions`](Self::clear_sessions) take.
    /// Every call makes a new id, and adopts none that the browser brought. An earlier session
    /// of the same user lives on, as on another device: end it with
    /// [`delete_session`](Self::delete_session) or
    /// [`clear_sessions`](Self::clear_sessions) if it should not.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`] or [`ErrorKind::Random`] (503), [`ErrorKind::SessionLimit`] (409),
    /// [`ErrorKind::BackendMissing`] or [`ErrorKind::Payload`] (500).
    pub async fn create_session<P: Payload>(
        &self,
        key: &str,
        data: &P,
    ) -> Result<SessionToken, Error> {
        self.session_backend()?.create(key, data, self.now()).await
    }

    /// The session `id`, or `None` when it has ended or does not hold a `P`.
    ///
    /// Looking does not count as use.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`] (503), [`ErrorKind::BackendMissing`] (500).
    pub async fn get_session<P: Payload>(
        &self,
        id: impl AsRef<SessionId>,
    ) -> Result<Option<Session<P>>, Error> {
        self.session_backend()?.get(id.as_ref(), self.now()).await
    }

    /// Changes the data of the session `id` by `change`, and gives it as it is then.
    ///
    /// No change is lost: when another one comes between, `change` is applied again to
    /// what that one left. It may thus run several times, and should do nothing else.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SessionMissing`] when the session has ended (401),
    /// [`ErrorKind::SessionConflict`] after 100 changes that came between (409),
    /// [`ErrorKind::Store`] (503), [`ErrorKind::BackendMissing`] or
    /// [`ErrorKind::Payload`] (500).
    pub async fn update_session<P: Payload>(
        &self,
        id: impl AsRef<SessionId>,
        change: impl FnMut(&mut P),
    ) -> Result<Session<P>, Error> {
        let sessions = self.session_backend()?;
        sessions.update(id.as_ref(), self.now(), change).await
    }

    /// Gives the session `id` a new token; the old one is worth nothing from then on.
    ///
    /// Do it whenever what the user may do changes (OWASP Session Management). What the
    /// session holds and when it ends stay as they are.
    ///
    /// # Errors
    ///
    /// As [`update_session`](Self::update_session); [`ErrorKind::Random`] (503).
    pub async fn rework_session(&self, id: impl AsRef<SessionId>) -> Result<SessionToken, Error> {
        self.session_backend()?
            .rework(id.as_ref(), self.now())
            .await
    }

    /// Notes that the user of the session `id` has proved again who they are: now is its
    /// `auth_time`, and both its limits begin anew. It gets a new token, as at every login.
    ///
    /// Call it when the password was right on a page that a rule with
    /// [`fresh`](crate::Access::fresh) sent the user to. With tokens instead of sessions sign
    /// a new one.
    ///
    /// # Errors
    ///
    /// As [`rework_session`](Self::rework_session).
    pub async fn relogin_session(&self, id: impl AsRef<SessionId>) -> Result<SessionToken, Error> {
        self.session_backend()?
            .relogin(id.as_ref(), self.now())
            .await
    }

    /// Ends the session `id`, under whatever token it is open now. Returns `true` if it existed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`]: it may live on (503). [`ErrorKind::BackendMissing`] (500).
    pub async fn delete_session(&self, id: impl AsRef<SessionId>) -> Result<bool, Error> {
        self.session_backend()?.delete(id.as_ref()).await
    }

    /// Ends every session of `key`. How many there were.
    ///
    /// # Errors
    ///
    /// As [`delete_session`](Self::delete_session).
    pub async fn clear_sessions(&self, key: &str) -> Result<u64, Error> {
        self.session_backend()?.clear(key, None).await
    }

    /// Ends every session of `key` but `keep`: "sign out my other devices".
    ///
    /// # Errors
    ///
    /// As [`delete_session`](Self::delete_session).
    pub async fn clear_other_sessions(
        &self,
        key: &str,
        keep: impl AsRef<SessionId>,
    ) -> Result<u64, Error> {
        self.session_backend()?
            .clear(key, Some(keep.as_ref()))
            .await
    }

    /// The sessions of `key` that are alive and hold a `P`, the one used last first. Their ids end a
    /// session and do not open one.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`] (503), [`ErrorKind::BackendMissing`] (500).
    pub async fn sessions<P: Payload>(&self, key: &str) -> Result<Vec<Session<P>>, Error> {
        self.session_backend()?.list(key, self.now()).await
    }

    // Responses

    /// The cookie that carries `token`, and lives as long as it.
    ///
    /// `name` is the one that the rule names; `None` is `__Host-jwt`.
    pub fn jwt_cookie<'a>(&self, name: impl Into<Option<&'a str>>, token: Token) -> SetCookie {
        let name = name.into().unwrap_or(cookie::DEFAULT_JWT);
        let life = token.expires_at().saturating_sub(self.now());
        self.0.cookie_names.sets(self.transport().wire_name(name));
        SetCookie::new(self.transport(), name, token.into_string(), life)
    }

    /// The cookie that carries `session`, and lives as long as it may.
    ///
    /// `name` is the one that the rule names; `None` is `__Host-session`.
    pub fn session_cookie<'a>(
        &self,
        name: impl Into<Option<&'a str>>,
        session: SessionToken,
    ) -> SetCookie {
        let name = name.into().unwrap_or(cookie::DEFAULT_SESSION);
        let life = session.life;
        self.0.cookie_names.sets(self.transport().wire_name(name));
        SetCookie::new(self.transport(), name, session.into_string(), life)
    }

    /// What makes the browser forget the cookie `name`.
    ///
    /// It ends nothing on the server: whoever kept the value still has it. See
    /// [`logout`](Self::logout).
    pub fn remove_cookie(&self, name: &str) -> SetCookie {
        SetCookie::removal(self.transport(), name)
    }

    /// Signs `user` out: ends the session under whatever id it has now, and returns the response, or a
    /// part of one, that has the browser forget the cookie and the pages that it has kept.
    ///
    /// A token stays valid until it expires: only its cookie is removed.
    ///
    /// ```
    /// use axum::{extract::State, response::{IntoResponse, Redirect}};
    /// use jam::{Auth, Jam, JamPayload, jam_auth};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Clone, Serialize, Deserialize, JamPayload)]
    /// # struct User { user: u64 }
    ///
    /// #[jam_auth(backend = "session", cookie = "sid")]
    /// async fn logout(user: Auth<User>, State(jam): State<Jam>) -> Result<impl IntoResponse, jam::Error> {
    ///     Ok((jam.logout(&user).await?, Redirect::to("/")))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Store`] if the session may still exist (503): the cookie is kept too, so
    /// that the user can try again.
    pub async fn logout<P, R: Level>(&self, user: &Auth<P, R>) -> Result<Logout, Error> {
        if let Some(session) = user.session() {
            self.session_backend()?.delete(session.id()).await?;
        }
        Ok(Logout {
            removal: match user.source() {
                Source::Cookie(name) => Some(self.remove_cookie(name)),
                Source::Header(_) => None,
            },
        })
    }

    // For the gate

    #[inline]
    pub(crate) fn now(&self) -> u64 {
        self.0.clock.now()
    }

    pub(crate) fn transport(&self) -> Transport {
        self.0.transport
    }

    pub(crate) fn origins(&self) -> &Origins {
        &self.0.origins
    }

    pub(crate) fn cookie_names(&self) -> &CookieNames {
        &self.0.cookie_names
    }

    pub(crate) fn on_reject(&self) -> Option<&OnReject> {
        self.0.on_reject.as_deref()
    }

    #[inline]
    pub(crate) fn tokens(&self) -> Result<&Tokens, Error> {
        let missing = || Error::because(ErrorKind::BackendMissing, "add .jwt(..) to its builder");
        self.0.tokens.as_ref().ok_or_else(missing)
    }

    #[inline]
    pub(crate) fn session_backend(&self) -> Result<&Sessions, Error> {
        let missing = || {
            Error::because(
                ErrorKind::BackendMissing,
                "add .sessions(..) to its builder",
            )
        };
        self.0.sessions.as_ref().ok_or_else(missing)
    }

    pub(crate) fn has(&self, backend: BackendName) -> bool {
        match backend {
            BackendName::Jwt => self.0.tokens.is_some(),
            BackendName::Session => self.0.sessions.is_some(),
            BackendName::Own(id) => self.0.own_backends.has(id),
        }
    }

    pub(crate) fn own_backends(&self) -> &OwnBackends {
        &self.0.own_backends
    }

    /// Why there is no [`only_backend`](Self::only_backend).
    pub(crate) fn why_unnamed(&self) -> &'static str {
        match self.0.tokens {
            Some(_) => {
                "this Jam has two: add .backend(\"jwt\") or .backend(\"session\") to the rule"
            }
            None => {
                "a backend of your own is named by its type: add .backend_type::<ApiKeys>() to \
                 the rule"
            }
        }
    }

    /// The backend of a rule that names none. One of the application's own is always named.
    pub(crate) fn only_backend(&self) -> Option<BackendName> {
        match (&self.0.tokens, &self.0.sessions) {
            (Some(_), None) => Some(BackendName::Jwt),
            (None, Some(_)) => Some(BackendName::Session),
            _ => None,
        }
    }
}

impl fmt::Debug for Jam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jam")
            .field("jwt", &self.has(BackendName::Jwt))
            .field("session", &self.has(BackendName::Session))
            .field("own", &self.0.own_backends)
            .finish_non_exhaustive()
    }
}
