//! A layer that adds headers to answers, which an extractor cannot do.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use jam_core::gate;
use tower_layer::Layer;
use tower_service::Service;

use crate::response::consulted::{self, Consulted};
use crate::response::rejection::Rejection;
use crate::setup::jam::Jam;

/// A layer that adds the headers for caches to the answers of handlers with `#[jam_auth(..)]`.
///
/// The answer of a protected handler gets `Vary`, with the fields that may hold the credential, and
/// behind a cookie `Cache-Control: private, no-cache` unless the handler says otherwise. A table, an
/// [`AuthenticationLayer`](crate::layer::AuthenticationLayer) and an optional handler add them without this
/// layer; `#[jam_auth(..)]` on any other handler is an extractor, which cannot touch the answer.
/// Answers of handlers without a rule stay as they are.
///
/// In [development mode](crate::JamBuilder::development) the layer answers 500 to a request for
/// another host than this machine, also where no rule would look at it, such as at a login.
///
/// ```
/// use axum::{Json, Router, routing::get};
/// use jam::{Auth, Jam, JamPayload, Jwt, jam_auth, layer::ResponseHeadersLayer};
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
    /// Makes the layer for handlers whose rules use `jam`.
    pub fn new(jam: &Jam) -> Self {
        consulted::switch_on();
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
        if let Err(refusal) = gate::check_host(self.jam.authenticator(), &parts) {
            return Box::pin(async move { Ok(Rejection::from(refusal).into_response()) });
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
