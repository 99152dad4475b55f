//! The scopes of a caller.

use std::borrow::Cow;
use std::fmt::{self, Display};

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Payload;
use crate::base::text;

/// A payload with a field that is marked `#[jam(scopes)]`.
#[diagnostic::on_unimplemented(
    message = "the rule asks for a scope, but `{Self}` has none",
    label = "no field of this payload is marked `#[jam(scopes)]`",
    note = "mark the field that holds them, `#[jam(scopes)] scopes: jam::Scopes`, and declare them \
            on the struct: `#[jam(scopes(\"notes:read\"))]`"
)]
pub trait HasScopes: Payload {}

/// The scopes of a caller (RFC 6749 section 3.3).
///
/// In JSON the scopes are one text, separated by spaces (RFC 8693 section 4.2). An array of texts
/// is accepted too.
///
/// ```
/// use jam::Scopes;
///
/// let scopes: Scopes = ["notes:read", "notes:write"].into_iter().collect();
/// assert!(scopes.contains("notes:read"));
/// assert!(!scopes.contains("notes"));
/// assert_eq!(scopes.to_string(), "notes:read notes:write");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(String);

impl Scopes {
    /// Returns an empty set of scopes.
    pub fn none() -> Self {
        Self::default()
    }

    /// Returns `true` if `scope` is one of the scopes. The comparison is exact.
    pub fn contains(&self, scope: &str) -> bool {
        jam_syntax::is_scope(scope) && self.contains_valid(scope)
    }

    /// Returns `true` if `scope` is one of the scopes, for a `scope` that is known to be valid.
    #[doc(hidden)] // for the crate of a framework
    pub fn contains_valid(&self, scope: &str) -> bool {
        debug_assert!(jam_syntax::is_scope(scope), "`{scope}` is no scope");
        let mut held = self.0.as_bytes();
        while held.len() >= scope.len() {
            let (probably, behind) = held.split_at(scope.len());
            if matches!(behind, [] | [b' ', ..]) && *probably == *scope.as_bytes() {
                return true;
            }
            match text::find(b' ', held) {
                Some(end) => held = &held[end + 1..],
                None => return false,
            }
        }
        false
    }

    /// Returns the scopes in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|scope| !scope.is_empty())
    }

    /// Adds a scope. An invalid `scope-token` is ignored, because no rule can require it: an empty
    /// text, or a text with a space, a quote, a backslash or a control character.
    fn push(&mut self, scope: &str) {
        if !jam_syntax::is_scope(scope) {
            return;
        }
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(scope);
    }
}

impl<T: AsRef<str>> FromIterator<T> for Scopes {
    fn from_iter<I: IntoIterator<Item = T>>(scopes: I) -> Self {
        let mut all = Self::none();
        for scope in scopes {
            all.push(scope.as_ref());
        }
        all
    }
}

impl Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScopesVisitor;

        impl<'de> Visitor<'de> for ScopesVisitor {
            type Value = Scopes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("scopes, as one text or as an array of texts")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Scopes, E> {
                Ok(text.split(' ').collect())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scopes, A::Error> {
                let mut scopes = Scopes::none();
                while let Some(scope) = seq.next_element::<Cow<'de, str>>()? {
                    scopes.push(&scope);
                }
                Ok(scopes)
            }
        }

        deserializer.deserialize_any(ScopesVisitor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Scopes;

    proptest! {
        #[test]
        fn a_scope_matches_exactly(held in "[ab ]{0,12}", asked in "[ab ]{0,3}") {
            let scopes: Scopes = held.split(' ').collect();
            let sure = !asked.is_empty() && held.split(' ').any(|own| own == asked);
            prop_assert_eq!(scopes.contains(&asked), sure);
        }
    }
}
