//! A layer that authenticates the callers of a whole router.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use jam_core::rule::{BackendName, List, Source};
use tower_layer::Layer;
use tower_service::Service;

use crate::extract::layer_rule::{LayerRule, Sources};
use crate::response::cache::CacheHeaders;
use crate::setup::jam::Jam;

/// Signed tokens, for an [`AuthenticationLayer`].
///
/// # Defaults
///
/// Without a source the token is in the `Authorization` header.
#[derive(Clone, Debug)]
#[must_use = "a backend does nothing until it is in an AuthenticationLayer"]
pub struct JwtBackend(Sources);

/// Sessions, for an [`AuthenticationLayer`].
///
/// # Defaults
///
/// Without a source the session is in the cookie `__Host-session`.
#[derive(Clone, Debug)]
#[must_use = "a backend does nothing until it is in an AuthenticationLayer"]
pub struct SessionBackend(Sources);

macro_rules! backend {
    ($backend:ident, $name:expr) => {
        impl $backend {
            /// The backend of `jam`.
            pub fn new(jam: Jam) -> Self {
                Self(Sources {
                    jam,
                    backend: $name,
                    named: List::EMPTY,
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

/// A layer that passes every request on and gives handlers their caller.
///
/// A handler takes `Option<Auth<P>>`, which is `None` for an anonymous request, or `Auth<P>`, which rejects
/// an anonymous request with 401. The credential is verified when a handler takes the caller, so an invalid
/// one does not keep a client from a page that needs none.
///
/// ```
/// use axum::{Json, Router, routing::get};
/// use jam::{Auth, Jam, JamPayload, Jwt, layer::{AuthenticationLayer, JwtBackend}};
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
        let rule = self.rule.enter(request.extensions_mut());
        let answer = self.inner.call(request);
        Box::pin(async move {
            let mut response = answer.await?;
            rule.finish(&mut response);
            Ok(response)
        })
    }
}
