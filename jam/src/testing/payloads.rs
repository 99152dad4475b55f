//! Payloads of callers who have what a rule asks for, but for one thing.

use serde_json::{Value, json};

use super::sample::sample;
use crate::access::{Condition, Way};
use crate::gate;
use crate::payload::{Payload, Role};

/// Whether a caller who signed in now is let in on this way.
pub(super) fn meets<P: Payload>(way: &Way<P::Role>, payload: &P) -> bool {
    way.conditions()
        .all(|condition| gate::meets(payload, condition))
}

/// A caller who meets all conditions of `way`, but not the one at `but`: like `given`, with other
/// roles and scopes.
pub(super) fn of<P: Payload>(
    given: Option<&P>,
    way: &Way<P::Role>,
    but: Option<usize>,
) -> Result<P, String> {
    let fits = |payload: &P| {
        let mut conditions = way.conditions().enumerate();
        conditions.all(|(at, condition)| gate::meets(payload, condition) == (but != Some(at)))
    };
    let base = match given {
        Some(given) => given.clone(),
        None => sample(|_| true).map_err(|why| {
            let kind = P::KIND;
            format!("no `{kind}` can be made up ({why}): give one to Denials::sample(..)")
        })?,
    };
    if fits(&base) {
        return Ok(base);
    }
    let conditions: Vec<_> = way.conditions().collect();
    let found = variants(&base, &conditions, but).find(fits);
    found.ok_or_else(|| format!("no `{}` can have all that the rule asks for", P::KIND))
}

/// The payload with roles and scopes as the conditions ask for, in every form that a field may
/// have.
fn variants<P: Payload>(
    base: &P,
    conditions: &[Condition<P::Role>],
    but: Option<usize>,
) -> impl Iterator<Item = P> {
    let without = but.map(|at| conditions[at]);
    let is_wanted = |role: &P::Role| match without {
        Some(Condition::Role(lacking)) => *role != lacking,
        Some(Condition::AnyRole(lacking)) => !lacking.contains(role),
        _ => true,
    };
    let mut roles: Vec<P::Role> = Vec::new();
    let mut scopes: Vec<&str> = Vec::new();
    for (at, condition) in conditions.iter().enumerate() {
        match condition {
            _ if but == Some(at) => {}
            Condition::Role(role) => roles.push(*role),
            Condition::AnyRole(any) => roles.extend(any.iter().copied().find(is_wanted)),
            Condition::Scope(scope) => scopes.push(scope),
        }
    }
    // For a field that cannot be without one.
    let other = P::Role::ALL.iter().copied().find(is_wanted);
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    let other = other.map_or("", Role::name);
    let padded = |len: usize| -> Value {
        let padding = std::iter::repeat(names.first().copied().unwrap_or(other));
        names.iter().copied().chain(padding).take(len).collect()
    };
    let mut forms = vec![json!(names), json!(names.first()), json!(other)];
    forms.extend((1..=8).map(padded));

    let value = serde_json::to_value(base).unwrap_or_default();
    let scopes = scopes.join(" ");
    forms.into_iter().filter_map(move |form| {
        let mut value = value.clone();
        for mark in P::MARKS {
            match mark.claim {
                "roles" => value[mark.field] = form.clone(),
                "scope" => value[mark.field] = json!(scopes),
                _ => {}
            }
        }
        serde_json::from_value(value).ok()
    })
}
