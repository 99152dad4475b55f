//! Claims that another issuer puts into nested objects, or whose values the application knows only in part.

use serde_json::{Map, Value};

use crate::payload::{Mark, Payload};

/// Returns `true` if the claims of the payload are read from a tree of the JSON.
#[inline]
pub(super) fn is_placed<P: Payload>() -> bool {
    P::MARKS
        .iter()
        .any(|mark| mark.is_known.is_some() || mark.claim.contains('.'))
}

/// Moves each marked claim to the top, under the name of its mark, and drops unknown values.
pub(super) fn hoist<P: Payload>(claims: &mut Map<String, Value>) {
    for mark in P::MARKS {
        // A claim with this very name, such as `https://app.example/roles`, comes before a path.
        if !claims.contains_key(mark.claim)
            && let Some(value) = take(claims, mark.claim)
        {
            claims.insert(mark.claim.to_owned(), value);
        }
        if let Some(is_known) = mark.is_known {
            keep_known(claims, mark, is_known);
        }
    }
}

/// Takes the value at a path of names, separated by dots, out of nested objects.
fn take(claims: &mut Map<String, Value>, path: &str) -> Option<Value> {
    let (parents, name) = path.rsplit_once('.')?;
    let mut object = claims;
    for parent in parents.split('.') {
        object = object.get_mut(parent)?.as_object_mut()?;
    }
    object.remove(name)
}

/// Removes texts that are not known, from a list or as the only value. Values of other types stay, and the payload
/// rejects them.
fn keep_known(claims: &mut Map<String, Value>, mark: &Mark, is_known: fn(&str) -> bool) {
    let stays = |value: &Value| value.as_str().is_none_or(is_known);
    match claims.get_mut(mark.claim) {
        Some(Value::Array(values)) => values.retain(stays),
        Some(value) if !stays(value) => drop(claims.remove(mark.claim)),
        _ => {}
    }
}
