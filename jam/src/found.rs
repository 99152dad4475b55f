//! What a gate found out about a request, for those behind it: policies, and handlers in a table
//! or behind a layer.

use std::any::TypeId;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use crate::auth::{Auth, Caller, JamState};
use crate::gate;
use crate::jam::Jam;
use crate::layer::LayerRule;
use crate::payload::Payload;
use crate::policy::Policies;
use crate::rejection::Rejection;
use crate::rule::Rule;

/// What a gate, or the extractor before this one, found out about the request.
pub(crate) struct Found<P> {
    /// The gate: what it found is worth nothing behind another one.
    by: GateId,
    who: Option<Arc<Caller<P>>>,
}

/// Which rule a request is under.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum GateId {
    /// That of a table or a layer, by its place in memory.
    Place(usize),
    /// That of a handler, by its marker.
    Handler(TypeId),
}

impl GateId {
    pub(crate) fn of<T>(rule: &Arc<T>) -> Self {
        Self::Place(Arc::as_ptr(rule).addr())
    }

    fn of_handler<R: Rule>() -> Self {
        Self::Handler(TypeId::of::<R>())
    }
}

impl<P> Clone for Found<P> {
    fn clone(&self) -> Self {
        Self {
            by: self.by,
            who: self.who.clone(),
        }
    }
}

/// The innermost gate that a request has come to, for whatever payload.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) id: GateId,
    pub(crate) jam: Jam,
}

impl<P: Payload> Found<P> {
    pub(crate) fn new(by: GateId, who: Option<Arc<Caller<P>>>) -> Self {
        Self { by, who }
    }

    async fn by(parts: &mut Parts) -> Result<Self, Rejection> {
        let Some(gate) = parts.extensions.get::<Gate>().cloned() else {
            return Err(Rejection::misconfigured(
                "the handler takes Auth<_>, but no rule guards it: put its route into \
                 jam_routes![..], or add an AuthenticationLayer; an argument beside the marked one \
                 of #[jam_auth(..)] has no rule either",
            ));
        };
        if let Some(found) = parts.extensions.get::<Self>()
            && found.by == gate.id
        {
            return Ok(found.clone());
        }
        let rule = parts.extensions.get::<LayerRule>().cloned();
        let Some(rule) = rule.filter(|rule| rule.gate() == gate.id) else {
            let fault = Rejection::misconfigured(
                "the handler takes Auth<_> of another payload than the rule of its route",
            );
            return Err(fault.mapped(&gate.jam, parts));
        };
        let caller = rule.admit::<P>(parts).await?;
        let found = Self::new(gate.id, caller.map(Arc::new));
        parts.extensions.insert(found.clone());
        Ok(found)
    }

    fn into_auth(self) -> Option<Auth<P>> {
        self.who.map(Auth::shared)
    }
}

impl<S: Send + Sync, P: Payload> FromRequestParts<S> for Auth<P> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        match Found::by(parts).await?.into_auth() {
            Some(auth) => Ok(auth),
            None => Err(LayerRule::no_credential(parts)),
        }
    }
}

impl<S: Send + Sync, P: Payload> OptionalFromRequestParts<S> for Auth<P> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        Ok(Found::by(parts).await?.into_auth())
    }
}

/// Asks the policies of an attribute, which find the caller as they would behind a table's rule.
pub(crate) async fn ask<R, S>(
    policies: &Policies<S>,
    jam: &Jam,
    caller: Option<&Arc<Caller<R::Payload>>>,
    parts: &mut Parts,
    state: &S,
) -> Result<(), Rejection>
where
    R: Rule,
    S: JamState,
{
    let access = R::rule::<()>();
    let gate = Gate {
        id: GateId::of_handler::<R>(),
        jam: jam.clone(),
    };
    let found = Found::new(gate.id, caller.cloned());
    let outer_found = parts.extensions.insert(found);
    let outer_gate = parts.extensions.insert(gate);
    let decided = policies.decide(parts, state).await;
    // What stands behind the handler's rule is the handler, and not its other arguments: they
    // find what a table or a layer around it has left for them.
    restore::<Found<R::Payload>>(parts, outer_found);
    restore::<Gate>(parts, outer_gate);
    let hide = caller.is_some_and(|caller| gate::hides(jam, access, caller.known_by()));
    decided.map_err(|denial| denial.into_rejection(hide, jam, parts))
}

fn restore<T: Clone + Send + Sync + 'static>(parts: &mut Parts, outer: Option<T>) {
    parts.extensions.remove::<T>();
    if let Some(outer) = outer {
        parts.extensions.insert(outer);
    }
}
