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

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::super::{RegisteredClaims, read};
    use crate::{JamPayload, JamRole};

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
    #[jam(crate = crate)]
    #[serde(rename_all = "lowercase")]
    enum Role {
        Reader,
        Editor,
    }

    #[derive(Clone, Debug, Serialize, Deserialize, JamPayload)]
    #[jam(crate = crate, role = Role)]
    struct Foreign {
        #[serde(default)]
        #[jam(roles, claim = "access.role", ignore_unknown)]
        role: Option<Role>,
    }

    fn role_in(json: &str) -> Option<Option<Role>> {
        let json = format!("{{\"exp\":1900000000,{json}}}");
        let claims = read::<Foreign>(json.as_bytes(), None, &mut RegisteredClaims::default());
        claims.ok().map(|payload| payload.role)
    }

    #[test]
    fn a_claim_is_read_at_its_place_alone() {
        let read = [
            (r#""access":{"role":"editor"}"#, Some(Some(Role::Editor))),
            (r#""access":{"role":"reader"}"#, Some(Some(Role::Reader))),
            (r#""access":{}"#, Some(None)),
            (r#""role":"editor""#, Some(None)),
            // An unknown role is no role. A value of another type is an error.
            (r#""access":{"role":"owner"}"#, Some(None)),
            (r#""access":{"role":7}"#, None),
        ];
        for (json, expected) in read {
            assert_eq!(role_in(json), expected, "{json}");
        }
    }
}
