//! A layer for what a handler's extractor cannot do: add headers to the answer.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use tower_layer::Layer;
use tower_service::Service;

use crate::access::Source;
use crate::gate;
use crate::jam::Jam;
use crate::response::CacheHeaders;

/// A layer that adds the headers for caches to the answers of handlers with `#[jam_auth(..)]`.
///
/// The answer of a protected handler gets `Vary`, with the fields that may hold the credential, and
/// behind a cookie `Cache-Control: private, no-cache` unless the handler says otherwise. A table, an
/// [`AuthenticationLayer`](crate::AuthenticationLayer) and an optional handler add them without this
/// layer; `#[jam_auth(..)]` on any other handler is an extractor, which cannot touch the answer.
/// Answers of handlers without a rule stay as they are.
///
/// In [development mode](crate::JamBuilder::development) the layer answers 500 to a request for
/// another host than this machine, also where no rule would look at it, such as at a login.
///
/// ```
/// use axum::{Json, Router, routing::get};
/// use jam::{Auth, Jam, JamPayload, Jwt, ResponseHeadersLayer, jam_auth};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// struct User { user: u64 }
///
/// #[jam_auth(backend = "jwt", cookie = "jwt")]
/// async fn me(user: Auth<User>) -> Json<User> { Json(user.into_inner()) }
///
/// # fn main() -> Result<(), jam::ConfigError> {
/// let jam = Jam::builder().jwt(Jwt::hs256("a secret that is at least 32 bytes")).build()?;
/// let app: Router = Router::new()
///     .route("/me", get(me))
///     .layer(ResponseHeadersLayer::new(&jam))
///     .with_state(jam);
/// # let _ = app;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ResponseHeadersLayer {
    jam: Jam,
}

impl ResponseHeadersLayer {
    /// Makes the layer for handlers whose rules ask `jam`.
    pub fn new(jam: &Jam) -> Self {
        IN_USE.store(true, Ordering::Relaxed);
        Self { jam: jam.clone() }
    }
}

impl<S> Layer<S> for ResponseHeadersLayer {
    type Service = ResponseHeaders<S>;

    fn layer(&self, inner: S) -> ResponseHeaders<S> {
        ResponseHeaders {
            inner,
            jam: self.jam.clone(),
        }
    }
}

/// The service that [`ResponseHeadersLayer`] makes.
#[derive(Clone, Debug)]
pub struct ResponseHeaders<S> {
    inner: S,
    jam: Jam,
}

impl<S> Service<Request> for ResponseHeaders<S>
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

    fn call(&mut self, request: Request) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        if let Err(rejection) = gate::check_host(&self.jam, &parts) {
            return Box::pin(async move { Ok(rejection.into_response()) });
        }
        let consulted = Consulted::default();
        parts.extensions.insert(consulted.clone());
        let answer = self.inner.call(Request::from_parts(parts, body));
        Box::pin(async move {
            let mut response = answer.await?;
            consulted.caching().add_to(&mut response);
            Ok(response)
        })
    }
}

/// `true` once the program has made a layer. Before that no request is searched for [`Consulted`].
static IN_USE: AtomicBool = AtomicBool::new(false);

/// The places where the rules of handlers have looked for a credential.
#[derive(Clone, Debug, Default)]
struct Consulted(Arc<Mutex<Vec<Source>>>);

impl Consulted {
    fn note(&self, sources: impl Iterator<Item = Source>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(sources);
    }

    fn caching(&self) -> CacheHeaders {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        CacheHeaders::of(all.iter().copied())
    }
}

/// Notes that the answer depends on what these sources hold.
#[inline]
pub(crate) fn note(parts: &Parts, sources: impl Iterator<Item = Source>) {
    if IN_USE.load(Ordering::Relaxed)
        && let Some(consulted) = parts.extensions.get::<Consulted>()
    {
        consulted.note(sources);
    }
}
