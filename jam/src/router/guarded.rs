//! What stands in front of a handler in a table: the gate, then the policies.

use std::future::{Future, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::header::ALLOW;
use http::request::Parts;
use http::{Method, StatusCode};
use pin_project_lite::pin_project;

use super::passing::Passing;
use crate::access::{Access, BackendName, Source};
use crate::auth::{Auth, Caller};
use crate::found::{self, Gate, GateId};
use crate::gate::{self, Admission, AtOnce, Shared};
use crate::jam::Jam;
use crate::payload::Payload;
use crate::policy::{Denial, Policies};
use crate::rejection::Rejection;
use crate::response::{self, CacheHeaders};

/// A rule, and the `Jam` that it asks.
pub(crate) struct Guard<P: Payload>(Arc<Guarding<P>>);

struct Guarding<P: Payload> {
    jam: Jam,
    access: Access<P>,
    /// The headers for caches on every answer.
    caching: CacheHeaders,
}

impl<P: Payload> Clone for Guard<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P: Payload> Guard<P> {
    pub(crate) fn new(jam: &Jam, access: Access<P>) -> Self {
        jam.cookie_names().reads(access.sources());
        Self(Arc::new(Guarding {
            jam: jam.clone(),
            caching: CacheHeaders::of(access.sources()),
            access,
        }))
    }

    fn jam(&self) -> &Jam {
        &self.0.jam
    }

    fn access(&self) -> &Access<P> {
        &self.0.access
    }

    async fn admit(&self, parts: &Parts) -> Result<Shared<P>, Rejection> {
        let (admission, seat) = gate::admit(self.jam(), self.access(), parts).await?;
        admission.shared(seat)
    }

    /// Notes in the request who calls, and returns what was noted there before.
    fn note(&self, caller: Option<Arc<Caller<P>>>, parts: &mut Parts) -> Option<Gate> {
        let gate = Gate::found(GateId::of(&self.0), self.jam().clone(), caller);
        parts.extensions.insert(gate)
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
        self.0.caching.add_to(&mut answer);
        answer
    }
}

/// A handler behind its rule.
pub(crate) struct Guarded<W, H, S, P: Payload> {
    /// How it comes by its caller.
    passing: PhantomData<W>,
    guard: Guard<P>,
    /// Not even an empty list, where there are none: it would be counted for each request.
    policies: Option<Arc<Policies<S>>>,
    handler: H,
}

impl<W, H, S: Send + Sync + 'static, P: Payload> Guarded<W, H, S, P> {
    pub(crate) fn new(guard: Guard<P>, policies: Policies<S>, handler: H) -> Self {
        Self {
            passing: PhantomData,
            guard,
            policies: (!policies.is_empty()).then(|| Arc::new(policies)),
            handler,
        }
    }
}

impl<W, H: Clone, S, P: Payload> Clone for Guarded<W, H, S, P> {
    fn clone(&self) -> Self {
        Self {
            passing: PhantomData,
            guard: self.guard.clone(),
            policies: self.policies.clone(),
            handler: self.handler.clone(),
        }
    }
}

pin_project! {
    /// The answer of a handler behind its rule.
    #[project = Stage]
    pub(crate) enum Answering<F, P: Payload> {
        /// The gate did not have to wait, and the handler answers.
        AtOnce {
            #[pin]
            answer: F,
            guard: Guard<P>,
            stale: Option<&'static str>,
        },
        /// The gate or a policy is awaited, then the handler.
        Later {
            all: Pin<Box<dyn Future<Output = Response> + Send>>,
        },
    }
}

impl<F: Future<Output = Response>, P: Payload> Future for Answering<F, P> {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        match self.project() {
            Stage::AtOnce {
                answer,
                guard,
                stale,
            } => answer
                .poll(context)
                .map(|answer| guard.finish(answer, *stale)),
            Stage::Later { all } => all.as_mut().poll(context),
        }
    }
}

impl<W, H, T, S, P> Handler<T, S> for Guarded<W, H, S, P>
where
    W: Passing<H, T, S, P>,
    H: Handler<T, S> + Sync,
    S: Send + Sync + 'static,
    P: Payload,
{
    type Future = Answering<H::Future, P>;

    fn call(self, request: Request, state: S) -> Self::Future {
        let now = |answer| Answering::Later {
            all: Box::pin(ready(answer)),
        };
        // A preflight asks about a request and is none; the handler is not for it.
        if request.method() == Method::OPTIONS {
            let allow = [(ALLOW, "GET, HEAD, POST, PUT, PATCH, DELETE")];
            return now((StatusCode::METHOD_NOT_ALLOWED, allow).into_response());
        }
        let Self {
            guard,
            policies,
            handler,
            ..
        } = self;
        let (mut parts, body) = request.into_parts();
        // Where nothing is to be waited for, the future is little more than the handler's own.
        let mut seat = None;
        if policies.is_none()
            && let AtOnce::Decided(admission) =
                gate::admit_at_once(guard.jam(), guard.access(), &parts, &mut seat)
        {
            let answer = |user, stale, parts, guard| Answering::AtOnce {
                answer: W::call(handler, user, Request::from_parts(parts, body), state),
                guard,
                stale,
            };
            if W::AS_ARGUMENT
                && let Ok(Admission::Caller) = admission
                && let Some(caller) = seat
            {
                return answer(Some(Auth::own(caller)), None, parts, guard);
            }
            let shared = admission.and_then(|admission| admission.shared(seat));
            return match shared {
                Ok((caller, stale)) => {
                    if !W::ALONE {
                        guard.note(caller, &mut parts);
                    }
                    answer(None, stale, parts, guard)
                }
                Err(rejection) => now(guard.finish(rejection.into_response(), None)),
            };
        }
        let all = Box::pin(async move {
            let (caller, stale) = match guard.admit(&parts).await {
                Ok(shared) => shared,
                Err(rejection) => return guard.finish(rejection.into_response(), None),
            };
            let around = guard.note(caller.clone(), &mut parts);
            if let Some(policies) = policies
                && let Err(denial) = policies.decide(&mut parts, &state).await
            {
                let known = caller.as_deref().map(Caller::known_by);
                let denied = guard.denied(denial, known, &parts);
                return guard.finish(denied.into_response(), stale);
            }
            if W::ALONE {
                found::restore(around, &mut parts);
            }
            let user = caller.filter(|_| W::AS_ARGUMENT).map(Auth::shared);
            let request = Request::from_parts(parts, body);
            let answer = W::call(handler, user, request, state).await;
            guard.finish(answer, stale)
        });
        Answering::Later { all }
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
            let (caller, stale) = match guard.admit(&parts).await {
                Ok(shared) => shared,
                Err(rejection) => return guard.finish(rejection.into_response(), None),
            };
            guard.note(caller, &mut parts);
            let answer = next.run(Request::from_parts(parts, body)).await;
            guard.finish(answer, stale)
        }
    }))
}
