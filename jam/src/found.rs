//! What a gate found out about a request, for those behind it: policies, and handlers in a table
//! or behind a layer.

use std::any::{Any, TypeId};
use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use crate::auth::{Auth, Caller, JamState};
use crate::gate;
use crate::jam::Jam;
use crate::layer::LayerRule;
use crate::payload::Payload;
use crate::rejection::Rejection;
use crate::rule::{Policed, Rule};

/// What the extractor before this one found out behind a layer.
struct Found<P> {
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

    fn of_handler<R: 'static>() -> Self {
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

/// The innermost gate that a request has come to, for whatever payload. It takes the place of the
/// one around it, so that nothing found there counts here.
#[derive(Clone)]
pub(crate) struct Gate {
    id: GateId,
    pub(crate) jam: Jam,
    /// What it found out; a layer does when it is asked.
    found: Option<Who>,
}

/// A caller of whatever payload, or a stranger to a rule over it.
#[derive(Clone)]
enum Who {
    Caller(Arc<dyn Any + Send + Sync>),
    Stranger { payload: TypeId },
}

impl Gate {
    /// The gate of a layer.
    pub(crate) fn unasked(id: GateId, jam: Jam) -> Self {
        Self {
            id,
            jam,
            found: None,
        }
    }

    pub(crate) fn found<P: Payload>(id: GateId, jam: Jam, who: Option<Arc<Caller<P>>>) -> Self {
        let found = match who {
            Some(caller) => Who::Caller(caller),
            None => Who::Stranger {
                payload: TypeId::of::<P>(),
            },
        };
        Self {
            id,
            jam,
            found: Some(found),
        }
    }

    /// Who it is, if the gate judged callers with this payload.
    fn who<P: Payload>(&self) -> Option<Option<Arc<Caller<P>>>> {
        match self.found.as_ref()? {
            Who::Caller(caller) => Arc::clone(caller).downcast().ok().map(Some),
            Who::Stranger { payload } => (*payload == TypeId::of::<P>()).then_some(None),
        }
    }
}

/// Who calls, of those with the payload `P`.
async fn who<P: Payload>(parts: &mut Parts) -> Result<Option<Arc<Caller<P>>>, Rejection> {
    match parts.extensions.get::<Gate>().map(Gate::who) {
        Some(Some(who)) => Ok(who),
        // In a box, so that handlers in tables, which never come here, have smaller futures.
        _ => Box::pin(ask_layer(parts)).await,
    }
}

/// The same behind a layer, which asks nobody before a handler wants to know.
async fn ask_layer<P: Payload>(parts: &mut Parts) -> Result<Option<Arc<Caller<P>>>, Rejection> {
    let Some(gate) = parts.extensions.get::<Gate>() else {
        return Err(Rejection::misconfigured(
            "the handler takes Auth<_>, but no rule guards it: put its route into \
             jam_routes![..], or add an AuthenticationLayer; an argument beside the marked one \
             of #[jam_auth(..)] has no rule either",
        ));
    };
    let id = gate.id;
    if let Some(found) = parts.extensions.get::<Arc<Found<P>>>()
        && found.by == id
    {
        return Ok(found.who.clone());
    }
    let rule = parts.extensions.get::<LayerRule>().cloned();
    let Some(rule) = rule.filter(|rule| rule.gate() == id) else {
        let fault = Rejection::misconfigured(
            "the handler takes Auth<_> of another payload than the rule of its route",
        );
        return Err(fault.mapped(&gate.jam, parts));
    };
    let who = rule.admit::<P>(parts).await?;
    let found = Found {
        by: id,
        who: who.clone(),
    };
    parts.extensions.insert(Arc::new(found));
    Ok(who)
}

impl<S: Send + Sync, P: Payload> FromRequestParts<S> for Auth<P> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        match who(parts).await? {
            Some(caller) => Ok(Self::shared(caller)),
            None => Err(LayerRule::no_credential(parts)),
        }
    }
}

impl<S: Send + Sync, P: Payload> OptionalFromRequestParts<S> for Auth<P> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Rejection> {
        Ok(who(parts).await?.map(Self::shared))
    }
}

/// Puts back what a gate around noted, in place of what the gate inside noted.
pub(crate) fn restore(around: Option<Gate>, parts: &mut Parts) {
    match around {
        Some(around) => parts.extensions.insert(around),
        None => parts.extensions.remove(),
    };
}

/// Asks the policies of an attribute, which find the caller as they would behind a table's rule.
pub(crate) async fn ask<P, R, S>(
    jam: &Jam,
    caller: Option<&Arc<Caller<P>>>,
    parts: &mut Parts,
    state: &S,
) -> Result<(), Rejection>
where
    P: Payload,
    R: Rule<P> + Policed<S>,
    S: JamState,
{
    let access = R::rule::<()>();
    let gate = Gate::found(GateId::of_handler::<R>(), jam.clone(), caller.cloned());
    let outer = parts.extensions.insert(gate);
    let decided = R::policies().decide(parts, state).await;
    // What stands behind the handler's rule is the handler, and not its other arguments: they
    // find what a table or a layer around it has left for them.
    restore(outer, parts);
    let hide = caller.is_some_and(|caller| gate::hides(jam, access, caller.known_by()));
    decided.map_err(|denial| denial.into_rejection(hide, jam, parts))
}
