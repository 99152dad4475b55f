//! What stands in front of a handler in a table: the gate, then the policies.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::header::ALLOW;
use http::request::Parts;
use http::{Method, StatusCode};

use crate::access::{Access, BackendName, Source};
use crate::auth::Caller;
use crate::found::{Gate, GateId};
use crate::gate::{self, Admission, AtOnce, Shared};
use crate::jam::Jam;
use crate::payload::Payload;
use crate::policy::{Denial, Policies};
use crate::rejection::Rejection;
use crate::response;

/// A rule, and the `Jam` that it asks.
pub(crate) struct Guard<P: Payload>(Arc<(Jam, Access<P>)>);

/// What the gate left to do.
struct Admitted {
    /// The cookie that was no good.
    stale: Option<&'static str>,
    /// By what the caller is known, if it is one.
    known: Option<(Source, BackendName)>,
}

impl<P: Payload> Clone for Guard<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P: Payload> Guard<P> {
    pub(crate) fn new(jam: &Jam, access: Access<P>) -> Self {
        Self(Arc::new((jam.clone(), access)))
    }

    fn jam(&self) -> &Jam {
        &self.0.0
    }

    fn access(&self) -> &Access<P> {
        &self.0.1
    }

    /// Lets the request in, and notes in it who calls.
    async fn admit(&self, parts: &mut Parts) -> Result<Admitted, Rejection> {
        let admission = gate::admit(self.jam(), self.access(), parts, Admission::shared);
        Ok(self.note(admission.await?, parts))
    }

    /// The same, if nothing is to be waited for.
    fn admit_at_once(&self, parts: &mut Parts) -> Option<Result<Admitted, Rejection>> {
        match gate::admit_at_once(self.jam(), self.access(), parts, &Admission::shared) {
            AtOnce::Decided(Ok(admission)) => Some(Ok(self.note(admission, parts))),
            AtOnce::Decided(Err(rejection)) => Some(Err(rejection)),
            AtOnce::Unknown(_) => None,
        }
    }

    fn note(&self, (caller, stale): Shared<P>, parts: &mut Parts) -> Admitted {
        let known = caller.as_deref().map(Caller::known_by);
        let gate = Gate::found(GateId::of(&self.0), self.jam().clone(), caller);
        parts.extensions.insert(gate);
        Admitted { stale, known }
    }

    /// What a caller is told whom a policy turned away.
    fn denied(
        &self,
        denial: Denial,
        known: Option<(Source, BackendName)>,
        parts: &Parts,
    ) -> Rejection {
        let hide = known.is_some_and(|known| gate::hides(self.jam(), self.access(), known));
        denial.into_rejection(hide, self.jam(), parts)
    }

    /// What every answer behind this rule says besides its own.
    fn finish(&self, mut answer: Response, stale: Option<&'static str>) -> Response {
        if let Some(name) = stale {
            response::clear(&mut answer, &self.jam().remove_cookie(name));
        }
        response::vary(&mut answer, self.access().sources());
        answer
    }
}

/// A handler behind its rule.
pub(crate) struct Guarded<H, S, P: Payload> {
    pub(crate) guard: Guard<P>,
    pub(crate) policies: Arc<Policies<S>>,
    pub(crate) handler: H,
}

impl<H: Clone, S, P: Payload> Clone for Guarded<H, S, P> {
    fn clone(&self) -> Self {
        Self {
            guard: self.guard.clone(),
            policies: Arc::clone(&self.policies),
            handler: self.handler.clone(),
        }
    }
}

impl<H, T, S, P> Handler<T, S> for Guarded<H, S, P>
where
    H: Handler<T, S> + Sync,
    S: Send + Sync + 'static,
    P: Payload,
{
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, state: S) -> Self::Future {
        // A preflight asks about a request and is none; the handler is not for it.
        if request.method() == Method::OPTIONS {
            let allow = [(ALLOW, "GET, HEAD, POST, PUT, PATCH, DELETE")];
            let answer = (StatusCode::METHOD_NOT_ALLOWED, allow).into_response();
            return Box::pin(ready(answer));
        }
        let (mut parts, body) = request.into_parts();
        // Where nothing is to be waited for, the future is little more than the handler's own.
        if self.policies.is_empty()
            && let Some(admitted) = self.guard.admit_at_once(&mut parts)
        {
            let guard = self.guard;
            return match admitted {
                Ok(Admitted { stale, .. }) => {
                    let answer = self.handler.call(Request::from_parts(parts, body), state);
                    Box::pin(async move { guard.finish(answer.await, stale) })
                }
                Err(rejection) => Box::pin(ready(guard.finish(rejection.into_response(), None))),
            };
        }
        Box::pin(async move {
            let Admitted { stale, known } = match self.guard.admit(&mut parts).await {
                Ok(admitted) => admitted,
                Err(rejection) => return self.guard.finish(rejection.into_response(), None),
            };
            if let Err(denial) = self.policies.decide(&mut parts, &state).await {
                let denied = self.guard.denied(denial, known, &parts);
                return self.guard.finish(denied.into_response(), stale);
            }
            let request = Request::from_parts(parts, body);
            let answer = self.handler.call(request, state).await;
            self.guard.finish(answer, stale)
        })
    }
}

/// A router behind a rule: all of it, its fallback as well, and by every method. A preflight is
/// asked for a credential too: what would answer it is not known here.
pub(crate) fn mounted<S, P>(guard: Guard<P>, router: Router<S>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    P: Payload,
{
    router.layer(from_fn(move |request: Request, next: Next| {
        let guard = guard.clone();
        async move {
            let (mut parts, body) = request.into_parts();
            let stale = match guard.admit(&mut parts).await {
                Ok(admitted) => admitted.stale,
                Err(rejection) => return guard.finish(rejection.into_response(), None),
            };
            let answer = next.run(Request::from_parts(parts, body)).await;
            guard.finish(answer, stale)
        }
    }))
}
