//! The middleware form: one layer over a whole router finds out who calls.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use http::request::Parts;
use tower_layer::Layer;
use tower_service::Service;

use crate::access::{Access, BackendName, List, Source};
use crate::auth::Caller;
use crate::cookie;
use crate::found::{Gate, GateId};
use crate::gate;
use crate::jam::Jam;
use crate::payload::Payload;
use crate::rejection::{Rejection, RejectionKind};
use crate::response::{self, CacheHeaders};

/// Who may call, found out by signed tokens; for an [`AuthenticationLayer`].
///
/// # Defaults
///
/// Without a source the token is in the `Authorization` header.
#[derive(Clone, Debug)]
#[must_use = "a backend does nothing until it is in an AuthenticationLayer"]
pub struct JwtBackend(Sources);

/// Who may call, found out by sessions; for an [`AuthenticationLayer`].
///
/// # Defaults
///
/// Without a source the session is in the cookie `__Host-session`.
#[derive(Clone, Debug)]
#[must_use = "a backend does nothing until it is in an AuthenticationLayer"]
pub struct SessionBackend(Sources);

#[derive(Clone, Debug)]
struct Sources {
    jam: Jam,
    backend: BackendName,
    named: List<Source, 4>,
    /// The headers for caches on an answer whose handler asked for the caller.
    caching: CacheHeaders,
}

macro_rules! backend {
    ($backend:ident, $name:expr) => {
        impl $backend {
            /// The backend of `jam`.
            pub fn new(jam: Jam) -> Self {
                Self(Sources {
                    jam,
                    backend: $name,
                    named: List::NONE,
                    caching: CacheHeaders::default(),
                })
            }

            /// Looks for the credential in the cookie `name`, before the sources that
            /// come after it.
            ///
            /// # Panics
            ///
            /// When `name` cannot be one, and at the fifth source.
            pub fn cookie(mut self, name: &'static str) -> Self {
                self.0.named = self.0.named.with(Source::cookie(name));
                self
            }

            /// Looks for the credential in the header `name`, before the sources that
            /// come after it.
            ///
            /// # Panics
            ///
            /// When `name` cannot be one, and at the fifth source.
            pub fn header(mut self, name: &'static str) -> Self {
                self.0.named = self.0.named.with(Source::header(name));
                self
            }
        }

        impl From<$backend> for LayerRule {
            fn from(backend: $backend) -> Self {
                Self::new(backend.0)
            }
        }
    };
}

backend!(JwtBackend, BackendName::Jwt);
backend!(SessionBackend, BackendName::Session);

/// A layer that lets every request pass and tells handlers who calls.
///
/// `Option<Auth<P>>` in a handler is the caller, or `None` for a stranger; `Auth<P>`
/// answers 401 to a stranger. A credential is judged when a handler asks for it, so a bad
/// one never keeps anybody from a page that needs none.
///
/// ```
/// use axum::{Json, Router, routing::get};
/// use jam::{Auth, AuthenticationLayer, Jam, JamPayload, Jwt, JwtBackend};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// struct User { user: u64 }
///
/// async fn me(user: Auth<User>) -> Json<User> { Json(user.into_inner()) }
///
/// # fn main() -> Result<(), jam::ConfigError> {
/// let jam = Jam::builder().jwt(Jwt::hs256("a secret that is at least 32 bytes")).build()?;
/// let app: Router = Router::new()
///     .route("/me", get(me))
///     .layer(AuthenticationLayer::new(JwtBackend::new(jam).cookie("jwt")));
/// # let _ = app;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AuthenticationLayer {
    rule: LayerRule,
}

impl AuthenticationLayer {
    /// The layer of `backend`: a [`JwtBackend`] or a [`SessionBackend`].
    pub fn new(backend: impl Into<LayerRule>) -> Self {
        Self {
            rule: backend.into(),
        }
    }
}

impl<S> Layer<S> for AuthenticationLayer {
    type Service = Authentication<S>;

    fn layer(&self, inner: S) -> Authentication<S> {
        Authentication {
            inner,
            rule: self.rule.clone(),
        }
    }
}

/// The service that [`AuthenticationLayer`] makes.
#[derive(Clone, Debug)]
pub struct Authentication<S> {
    inner: S,
    rule: LayerRule,
}

impl<S> Service<Request> for Authentication<S>
where
    S: Service<Request, Response = Response>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let asked = Arc::new(Mutex::new(Asked::default()));
        let rule = LayerRule {
            asked: Some(Arc::clone(&asked)),
            ..self.rule.clone()
        };
        let gate = Gate::unasked(rule.gate(), rule.sources.jam.clone());
        request.extensions_mut().insert(gate);
        request.extensions_mut().insert(rule.clone());
        let answer = self.inner.call(request);
        Box::pin(async move {
            let mut response = answer.await?;
            let asked = std::mem::take(&mut *lock(&asked));
            if asked.by_a_handler {
                rule.sources.caching.add_to(&mut response);
            }
            if let Some(name) = asked.stale {
                response::clear(&mut response, &rule.sources.jam.remove_cookie(name));
            }
            Ok(response)
        })
    }
}

/// What a layer leaves in a request for the extractors behind it.
#[derive(Clone)]
pub struct LayerRule {
    sources: Arc<Sources>,
    /// What they leave for the layer.
    asked: Option<Arc<Mutex<Asked>>>,
}

#[derive(Debug, Default)]
struct Asked {
    by_a_handler: bool,
    stale: Option<&'static str>,
}

impl LayerRule {
    fn new(mut sources: Sources) -> Self {
        if sources.named.is_empty() {
            sources.named = sources.named.with(match sources.backend {
                // A layer takes no other.
                BackendName::Jwt | BackendName::Own(_) => Source::AUTHORIZATION,
                BackendName::Session => Source::Cookie(cookie::DEFAULT_SESSION),
            });
        }
        sources.caching = CacheHeaders::of(sources.named.iter().copied());
        Self {
            sources: Arc::new(sources),
            asked: None,
        }
    }

    pub(crate) fn gate(&self) -> GateId {
        GateId::of(&self.sources)
    }

    /// The caller, or nobody for a stranger.
    pub(crate) async fn admit<P: Payload>(
        &self,
        parts: &Parts,
    ) -> Result<Option<Arc<Caller<P>>>, Rejection> {
        self.note(|asked| asked.by_a_handler = true);
        let access = Access::<P>::of(self.sources.backend, self.sources.named).optional();
        let jam = &self.sources.jam;
        let (admission, seat) = gate::admit(jam, &access, parts).await?;
        let (caller, stale) = admission.shared(seat)?;
        if caller.is_none() {
            self.note(|asked| asked.stale = stale);
        }
        Ok(caller)
    }

    /// The refusal of a stranger by a handler that asks for a caller. The cookie that was
    /// no good stays: this page needs one, and says so.
    pub(crate) fn no_credential(parts: &Parts) -> Rejection {
        let mut kind = RejectionKind::NoCredential;
        if let Some(rule) = parts.extensions.get::<Self>() {
            rule.note(|asked| {
                if asked.stale.take().is_some() {
                    kind = RejectionKind::InvalidCredential;
                }
            });
        }
        let rejection = Rejection::new(kind);
        match parts.extensions.get::<Gate>() {
            Some(gate) => rejection.mapped(&gate.jam, parts),
            None => rejection,
        }
    }

    fn note(&self, note: impl FnOnce(&mut Asked)) {
        if let Some(asked) = &self.asked {
            note(&mut lock(asked));
        }
    }
}

fn lock(asked: &Mutex<Asked>) -> std::sync::MutexGuard<'_, Asked> {
    asked.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for LayerRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayerRule")
            .field("sources", &self.sources.named)
            .finish_non_exhaustive()
    }
}
