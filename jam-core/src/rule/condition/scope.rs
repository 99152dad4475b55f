//! The condition `scope`: the caller has a scope (RFC 6749 section 3.3).

use std::fmt;

use super::{Check, Checked, Condition};
use crate::base::text;
use crate::payload::{HasScopes, Payload, Role};
use crate::refusal::Refusal;
use crate::rule::access::Access;
use crate::rule::way::Way;
use crate::rule::word::{Of, Word};

/// A condition: the caller has this scope.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs)] // a condition has no other data
pub struct HasScope(pub &'static str);

impl<P: Payload> Access<P> {
    /// Requires this scope, in addition to the other conditions of the rule. The payload must
    /// declare the scope: `#[jam(scopes("notes:write"))]`.
    ///
    /// A caller without the scope is rejected with 403 `insufficient_scope` (RFC 6750 section 3.1),
    /// or with 404 if the rule has [`hide`](Self::hide).
    ///
    /// # Panics
    ///
    /// Panics if the payload does not declare the scope, if the rule admits anonymous requests, or
    /// if it has 6 roles and scopes already. In a constant the panic is a compile error.
    #[track_caller]
    pub const fn scope(self, scope: &'static str) -> Self
    where
        P: HasScopes,
    {
        declared::<P>(scope);
        self.condition(Condition::Scope(HasScope(scope)))
    }
}

impl<P: Payload> Of<P> {
    /// Returns the word for `scope(..)` of an attribute.
    #[track_caller]
    pub const fn scope(self, scope: &'static str) -> Word<P::Role>
    where
        P: HasScopes,
    {
        declared::<P>(scope);
        Word::Condition(Condition::Scope(HasScope(scope)))
    }
}

/// Checks that the payload declares the scope, and panics if it does not.
#[track_caller]
const fn declared<P: HasScopes>(scope: &str) {
    let mut at = 0;
    while at < P::SCOPES.len() {
        if text::same(P::SCOPES[at], scope) {
            assert!(jam_syntax::is_scope(scope), "this is not a scope");
            return;
        }
        at += 1;
    }
    panic!("the payload does not declare this scope: add it to #[jam(scopes(..))]")
}

impl<R: Role> Check<R> for HasScope {
    #[inline]
    fn is_met<P: Payload<Role = R>>(self, caller: &Checked<'_, P>) -> bool {
        let scopes = caller.payload.scopes();
        scopes.is_some_and(|held| held.contains_valid(self.0))
    }

    fn describe(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "scope {}", self.0)
    }

    /// Returns a refusal that names all scopes of the way.
    fn refusal(self, way: &Way<R>) -> Refusal {
        let scopes = way.conditions().filter_map(|condition| match condition {
            Condition::Scope(Self(scope)) => Some(scope),
            _ => None,
        });
        Refusal::insufficient_scope(&scopes.collect::<Vec<_>>().join(" "))
    }

    fn required_name(self) -> Option<&'static str> {
        Some(self.0)
    }
}
