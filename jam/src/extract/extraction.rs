//! The extraction of a caller: the gate for one handler, and its policies.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::FromRequestParts;
use http::request::Parts;
use jam_core::base::decision::{BoxFuture, Decision};
use jam_core::gate::{self, Admission};
use jam_core::refusal::RejectionKind;
use jam_core::rule::{AttributeRule, AttributeRules};

use super::auth::{Auth, JamState};
use super::level::{Gated, GatedWithPolicies, Level, Policed};
use super::noted;
use super::policy::Policies;
use crate::response::cache::CacheHeaders;
use crate::response::consulted;
use crate::response::rejection::Rejection;
use crate::setup::jam::Jam;

/// The first argument of a protected handler. `caching` returns the headers for caches of its answers.
pub(super) trait Extracted<P>: Sized {
    /// Makes the argument of a caller.
    fn of_caller(user: Auth<P>, caching: fn() -> CacheHeaders) -> Self;

    /// Makes the argument of an anonymous request. `stale` is the name of a cookie to clear.
    fn of_anonymous(
        stale: Option<&'static str>,
        caching: fn() -> CacheHeaders,
        jam: &Jam,
    ) -> Result<Self, Rejection>;
}

impl<P, R: Level<Holds<P> = Auth<P>>> Extracted<P> for Auth<P, R> {
    #[inline]
    fn of_caller(user: Auth<P>, _: fn() -> CacheHeaders) -> Self {
        Self::marked(user)
    }

    /// Rejects the request. The rule of such a handler admits no anonymous request.
    fn of_anonymous(
        _: Option<&'static str>,
        _: fn() -> CacheHeaders,
        _: &Jam,
    ) -> Result<Self, Rejection> {
        Err(Rejection::new(RejectionKind::NoCredential))
    }
}

/// A future of the first argument `T` of a handler with the rule `R`.
///
/// It runs the gate, and then the policies of the handler if it has some. Most callers are known at once, so only
/// what has to be waited for is in a future of its own. This type is written by hand because an `async fn` copies
/// its result twice more, and keeps it: that would make the handler's future larger than 1 KiB, from where on the
/// allocator takes 700 instructions more.
pub(super) struct Extraction<'a, P, R, S: 'static, T> {
    /// `None` after the gate was asked.
    parts: Option<&'a mut Parts>,
    state: &'a S,
    policies: Option<&'static Policies<S>>,
    waiting: Option<BoxFuture<'a, Result<T, Rejection>>>,
    rule: PhantomData<fn() -> (P, R)>,
}

impl<'a, P, R, S: 'static, T> Extraction<'a, P, R, S, T> {
    pub(super) fn new(
        parts: &'a mut Parts,
        state: &'a S,
        policies: Option<&'static Policies<S>>,
    ) -> Self {
        Self {
            parts: Some(parts),
            state,
            policies,
            waiting: None,
            rule: PhantomData,
        }
    }
}

impl<'a, P, R, S, T> Future for Extraction<'a, P, R, S, T>
where
    S: JamState,
    P: AttributeRules,
    R: AttributeRule<P>,
    T: Extracted<P> + 'a,
{
    type Output = Result<T, Rejection>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(parts) = self.parts.take() {
            let (state, policies) = (self.state, self.policies);
            let (jam, access) = (state.jam(), R::rule::<()>());
            consulted::note(parts, access.sources());
            if policies.is_none()
                && let Decision::Ready(admitted) = gate::admit(jam.authenticator(), access, parts)
            {
                return match admitted {
                    // One expression, so that the caller is moved once.
                    Ok(Admission::Caller(caller)) => {
                        Poll::Ready(Ok(T::of_caller(Auth::own(caller), caching::<P, R>)))
                    }
                    Ok(Admission::Anonymous { stale }) => {
                        Poll::Ready(T::of_anonymous(stale, caching::<P, R>, &jam))
                    }
                    Err(refusal) => {
                        let rejection = jam.reject(refusal, parts).behind(caching::<P, R>);
                        Poll::Ready(Err(rejection))
                    }
                };
            }
            self.waiting = Some(Box::pin(wait::<P, R, S, T>(parts, state, policies)));
        }
        match &mut self.waiting {
            Some(waiting) => waiting.as_mut().poll(context),
            // It was polled again after its result.
            None => Poll::Pending,
        }
    }
}

/// Runs the gate and the policies, and waits for both.
async fn wait<P, R, S, T>(
    parts: &mut Parts,
    state: &S,
    policies: Option<&'static Policies<S>>,
) -> Result<T, Rejection>
where
    S: JamState,
    P: AttributeRules,
    R: AttributeRule<P>,
    T: Extracted<P>,
{
    let (jam, access) = (state.jam(), R::rule::<()>());
    let behind = |rejection: Rejection| rejection.behind(caching::<P, R>);
    let admitted = gate::admit(jam.authenticator(), access, parts).wait().await;
    let admission = admitted.map_err(|refusal| behind(jam.reject(refusal, parts)))?;
    let (caller, stale) = admission.shared();
    if let Some(policies) = policies {
        let caller = caller.as_ref();
        let decided = noted::decide::<P, R, S>(policies, &jam, caller, parts, state).await;
        let removal = || stale.map(|name| jam.remove_cookie(name));
        decided.map_err(|denied| behind(denied).removing(removal()))?;
    }
    match caller {
        Some(caller) => Ok(T::of_caller(Auth::shared(caller), caching::<P, R>)),
        None => T::of_anonymous(stale, caching::<P, R>, &jam),
    }
}

// Handlers with policies have implementations of their own: rustc solves these bounds for each handler,
// and the bounds of policies would cost every one of them.
impl<S, P, R> FromRequestParts<S> for Auth<P, Gated<R>>
where
    S: JamState,
    P: AttributeRules,
    R: AttributeRule<P>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        Extraction::<P, R, S, Self>::new(parts, state, None).await
    }
}

#[diagnostic::do_not_recommend]
impl<S, P, R> FromRequestParts<S> for Auth<P, GatedWithPolicies<R>>
where
    S: JamState,
    P: AttributeRules,
    R: AttributeRule<P> + Policed<S>,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        Extraction::<P, R, S, Self>::new(parts, state, Some(R::policies())).await
    }
}

/// Returns the headers for caches of every answer of a handler with the rule `R`.
fn caching<P: AttributeRules, R: AttributeRule<P>>() -> CacheHeaders {
    CacheHeaders::of(R::rule::<()>().sources())
}
