//! The result of a gate, noted in the request for policies and handlers behind it.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use jam_core::gate::{self, Caller};
use jam_core::payload::Payload;
use jam_core::refusal::Refusal;
use jam_core::rule::{AttributeRule, AttributeRules};

use super::auth::{Auth, JamState};
use super::gate_note::{GateId, GateNote, restore};
use super::layer_rule::LayerRule;
use super::policy::Policies;
use crate::response::rejection::Rejection;
use crate::setup::jam::Jam;

/// The result for an extractor behind a layer, kept for further extractors.
struct LayerAnswer<P> {
    /// The gate. Behind another one the result does not count.
    by: GateId,
    who: Option<Arc<Caller<P>>>,
}

impl<P> Clone for LayerAnswer<P> {
    fn clone(&self) -> Self {
        Self {
            by: self.by,
            who: self.who.clone(),
        }
    }
}

/// Returns the caller with the payload `P`, or `None` for an anonymous request.
async fn who<P: Payload>(parts: &mut Parts) -> Result<Option<Arc<Caller<P>>>, Rejection> {
    match parts.extensions.get::<GateNote>().map(GateNote::who) {
        Some(Some(who)) => Ok(who),
        // Boxed, so that the futures of handlers in tables, which do not need it, are smaller.
        _ => Box::pin(ask_layer(parts)).await,
    }
}

/// Runs the gate of a layer, once for each payload.
async fn ask_layer<P: Payload>(parts: &mut Parts) -> Result<Option<Arc<Caller<P>>>, Rejection> {
    let Some(gate) = parts.extensions.get::<GateNote>() else {
        return Err(Rejection::misconfigured(
            "the handler takes Auth<_>, but no rule guards it: put its route into \
             jam_routes![..], or add an AuthenticationLayer; an argument beside the marked one \
             of #[jam_auth(..)] has no rule either",
        ));
    };
    let id = gate.id;
    if let Some(found) = parts.extensions.get::<Arc<LayerAnswer<P>>>()
        && found.by == id
    {
        return Ok(found.who.clone());
    }
    let rule = parts.extensions.get::<LayerRule>().cloned();
    let Some(rule) = rule.filter(|rule| rule.gate() == id) else {
        let fault = Refusal::misconfigured(
            "the handler takes Auth<_> of another payload than the rule of its route",
        );
        return Err(gate.jam.reject(fault, parts));
    };
    let who = rule.admit::<P>(parts).await?;
    let found = LayerAnswer {
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

/// Runs the policies of an attribute. They find the caller as behind a table's rule.
pub(crate) async fn decide<P, R, S>(
    policies: &Policies<S>,
    jam: &Jam,
    caller: Option<&Arc<Caller<P>>>,
    parts: &mut Parts,
    state: &S,
) -> Result<(), Rejection>
where
    P: AttributeRules,
    R: AttributeRule<P>,
    S: JamState,
{
    let access = R::rule::<()>();
    let note = GateNote::of(GateId::of_handler::<R>(), jam.clone(), caller.cloned());
    let outer = parts.extensions.insert(note);
    let decided = policies.decide(parts, state).await;
    // The handler's rule covers the handler and not its other arguments: they find the note of a table
    // or a layer around the handler.
    restore(outer, parts);
    let authenticator = jam.authenticator();
    let hide = caller.is_some_and(|caller| gate::hides(authenticator, access, caller.origin()));
    decided.map_err(|denial| denial.into_rejection(hide, jam, parts))
}
