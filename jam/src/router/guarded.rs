//! The gate and the policies in front of a handler of a table.

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

use jam_core::gate::{self, Admission, Caller, SharedAdmission};
use jam_core::payload::Payload;
use jam_core::rule::{Access, BackendName, Source};

use super::passing::Passing;
use crate::extract::auth::Auth;
use crate::extract::gate_note::{self, GateId, GateNote};
use crate::extract::policy::{Denial, Policies};
use crate::response::cache::CacheHeaders;
use crate::response::rejection::Rejection;
use crate::response::set_cookie;
use crate::setup::jam::Jam;

/// A rule, and the `Jam` that evaluates it.
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
        jam.authenticator().cookie_names.reads(access.sources());
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

    async fn admit(&self, parts: &Parts) -> Result<SharedAdmission<P>, Rejection> {
        let admitted = gate::admit(self.jam().authenticator(), self.access(), parts);
        match admitted.wait().await {
            Ok(admission) => Ok(admission.shared()),
            Err(refusal) => Err(self.jam().reject(refusal, parts)),
        }
    }

    /// Notes the caller in the request, and returns the note of an outer gate.
    fn note(&self, caller: Option<Arc<Caller<P>>>, parts: &mut Parts) -> Option<GateNote> {
        let note = GateNote::of(GateId::of(&self.0), self.jam().clone(), caller);
        parts.extensions.insert(note)
    }

    /// Makes the rejection of a caller that a policy denied.
    fn denied(
        &self,
        denial: Denial,
        known: Option<(Source, BackendName)>,
        parts: &Parts,
    ) -> Rejection {
        let hide = known
            .is_some_and(|known| gate::hides(self.jam().authenticator(), self.access(), known));
        denial.into_rejection(hide, self.jam(), parts)
    }

    /// Adds the headers of this rule to an answer.
    fn finish(&self, mut answer: Response, stale: Option<&'static str>) -> Response {
        if let Some(name) = stale {
            set_cookie::clear(&mut answer, &self.jam().remove_cookie(name));
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
        // A preflight is not the request that it announces, so the handler does not run.
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
        // If nothing has to be waited for, the future is the handler's own with two fields beside it.
        let ready = match policies {
            None => gate::admit(guard.jam().authenticator(), guard.access(), &parts).ready(),
            Some(_) => None,
        };
        if let Some(admitted) = ready {
            let admission = match admitted {
                Ok(admission) => admission,
                Err(refusal) => {
                    let rejection = guard.jam().reject(refusal, &parts);
                    return now(guard.finish(rejection.into_response(), None));
                }
            };
            let (user, stale) = match admission {
                Admission::Caller(caller) if W::AS_ARGUMENT => (Some(Auth::own(caller)), None),
                other => {
                    let (caller, stale) = other.shared();
                    if !W::ALONE {
                        guard.note(caller, &mut parts);
                    }
                    (None, stale)
                }
            };
            return Answering::AtOnce {
                answer: W::call(handler, user, Request::from_parts(parts, body), state),
                guard,
                stale,
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
                let known = caller.as_deref().map(Caller::origin);
                let denied = guard.denied(denial, known, &parts);
                return guard.finish(denied.into_response(), stale);
            }
            if W::ALONE {
                gate_note::restore(around, &mut parts);
            }
            let user = caller.filter(|_| W::AS_ARGUMENT).map(Auth::shared);
            let request = Request::from_parts(parts, body);
            let answer = W::call(handler, user, request, state).await;
            guard.finish(answer, stale)
        });
        Answering::Later { all }
    }
}

/// Puts a rule before a router: before every route and method, and before its fallback. A preflight needs a
/// credential too, because it is not known here which route would answer it.
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
