//! Payloads that meet a rule, and payloads that meet all of it but one condition.

use serde_json::{Value, json};

use super::sample::sample;
use jam_core::gate;
use jam_core::payload::kind;
use jam_core::payload::{Payload, Role};
use jam_core::rule::{Condition, Way};

/// Returns a payload that meets all of `way`: `given` with other roles and scopes.
pub(super) fn meeting<P: Payload>(given: Option<&P>, way: &Way<P::Role>) -> Result<P, String> {
    let conditions: Vec<_> = way.conditions().collect();
    let kind = kind::name::<P>();
    find(given, &conditions, None, &[])?
        .ok_or_else(|| format!("no `{kind}` can meet all conditions of the rule"))
}

/// Returns a payload that meets all of `way` but the condition at `but`, and none of `others`. Returns
/// `None` if another condition implies that one, or if every such payload meets one of `others`.
pub(super) fn lacking<P: Payload>(
    given: Option<&P>,
    way: &Way<P::Role>,
    but: usize,
    others: &[&Way<P::Role>],
) -> Result<Option<P>, String> {
    let conditions: Vec<_> = way.conditions().collect();
    let mut rest = conditions.iter().enumerate();
    if rest.any(|(at, condition)| at != but && implies(*condition, conditions[but])) {
        return Ok(None);
    }
    let found = find(given, &conditions, Some(but), others)?;
    if found.is_none() && find(given, &conditions, Some(but), &[])?.is_none() {
        let condition = conditions[but];
        return Err(format!(
            "no `{}` without {condition} can be generated",
            kind::name::<P>()
        ));
    }
    Ok(found)
}

/// Returns `true` if every caller that meets `one` meets `other`.
fn implies<R: Role>(one: Condition<R>, other: Condition<R>) -> bool {
    match (one, other) {
        (Condition::Role(one), Condition::Role(other)) => one.0 == other.0,
        (Condition::Role(one), Condition::AnyRole(others)) => others.0.contains(&one.0),
        (Condition::AnyRole(some), Condition::AnyRole(others)) => {
            some.0.iter().all(|role| others.0.contains(role))
        }
        (Condition::Scope(one), Condition::Scope(other)) => one.0 == other.0,
        _ => false,
    }
}

fn find<P: Payload>(
    given: Option<&P>,
    conditions: &[Condition<P::Role>],
    but: Option<usize>,
    others: &[&Way<P::Role>],
) -> Result<Option<P>, String> {
    let fits = |payload: &P| {
        let mut conditions = conditions.iter().enumerate();
        let meets = |way: &&Way<P::Role>| {
            let mut conditions = way.conditions();
            conditions.all(|condition| gate::meets(payload, condition))
        };
        conditions.all(|(at, condition)| gate::meets(payload, *condition) == (but != Some(at)))
            && !others.iter().any(meets)
    };
    let base = match given {
        Some(given) => given.clone(),
        None => sample(|_| true).map_err(|why| {
            let kind = kind::name::<P>();
            format!("no `{kind}` can be generated ({why}): give one to Denials::sample(..)")
        })?,
    };
    if fits(&base) {
        return Ok(Some(base));
    }
    Ok(variants(&base, conditions, but).find(fits))
}

/// Returns the payload with the required roles and scopes, then with each further role that it may
/// have, in every form that a field can take.
fn variants<P: Payload>(
    base: &P,
    conditions: &[Condition<P::Role>],
    but: Option<usize>,
) -> impl Iterator<Item = P> {
    let without = but.map(|at| conditions[at]);
    let may_have = |role: &P::Role| match without {
        Some(Condition::Role(lacking)) => *role != lacking.0,
        Some(Condition::AnyRole(lacking)) => !lacking.0.contains(role),
        _ => true,
    };
    let mut wanted: Vec<P::Role> = Vec::new();
    let mut scopes: Vec<&str> = Vec::new();
    for (at, condition) in conditions.iter().enumerate() {
        match condition {
            _ if but == Some(at) => {}
            Condition::Role(role) => wanted.push(role.0),
            Condition::AnyRole(any) => wanted.extend(any.0.iter().copied().find(may_have)),
            Condition::Scope(scope) => scopes.push(scope.0),
            _ => {}
        }
    }
    let wanted: Vec<&str> = wanted.iter().map(|role| role.name()).collect();
    let mut forms = forms(&wanted);
    for other in P::Role::ALL.iter().copied().filter(may_have) {
        let mut more = wanted.clone();
        more.push(other.name());
        forms.extend(self::forms(&more));
    }

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

/// Returns these roles as a list, as a single role or none, and as arrays of a fixed length.
fn forms(names: &[&str]) -> Vec<Value> {
    let mut forms = vec![json!(names), json!(names.first())];
    if let Some(first) = names.first() {
        forms.extend((names.len() + 1..=8).map(|len| {
            let padding = std::iter::repeat(*first);
            names.iter().copied().chain(padding).take(len).collect()
        }));
    }
    forms
}
