//! The conditions `role` and `any_role`: the caller has a role.

use std::fmt;

use super::{Check, Checked, Condition};
use crate::payload::{HasRoles, Payload, Role};
use crate::refusal::{Refusal, RejectionKind};
use crate::rule::access::Access;
use crate::rule::way::Way;
use crate::rule::word::{Of, Word};

/// A condition: the caller has this role.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs)] // a condition has no other data
pub struct HasRole<R>(pub R);

/// A condition: the caller has one of these roles.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs)] // a condition has no other data
pub struct HasAnyRole<R: 'static>(pub &'static [R]);

impl<P: Payload> Access<P> {
    /// Requires this role, in addition to the other conditions of the rule.
    ///
    /// A caller without the role is rejected with 403, or with 404 if the rule has
    /// [`hide`](Self::hide).
    ///
    /// # Panics
    ///
    /// Panics if the rule admits anonymous requests, or if it has 6 roles and scopes already. In a
    /// constant the panic is a compile error.
    #[track_caller]
    pub const fn role(self, role: <P as HasRoles>::Enum) -> Self
    where
        P: HasRoles,
    {
        self.condition(Condition::Role(HasRole(role)))
    }

    /// Requires one of these roles, in addition to the other conditions of the rule.
    ///
    /// A caller without any of them is rejected with 403, or with 404 if the rule has
    /// [`hide`](Self::hide).
    ///
    /// # Panics
    ///
    /// Panics if `roles` is empty, if the rule admits anonymous requests, or if it has 6 roles and
    /// scopes already. In a constant the panic is a compile error.
    #[track_caller]
    pub const fn any_role(self, roles: &'static [<P as HasRoles>::Enum]) -> Self
    where
        P: HasRoles,
    {
        assert!(
            !roles.is_empty(),
            "no role is named, so no caller could be admitted"
        );
        self.condition(Condition::AnyRole(HasAnyRole(roles)))
    }
}

impl<P: Payload> Of<P> {
    /// Returns the word for `role(..)` of an attribute.
    pub const fn role(self, role: <P as HasRoles>::Enum) -> Word<P::Role>
    where
        P: HasRoles,
    {
        Word::Condition(Condition::Role(HasRole(role)))
    }

    /// Returns the word for `any_role(..)` of an attribute.
    pub const fn any_role(self, roles: &'static [<P as HasRoles>::Enum]) -> Word<P::Role>
    where
        P: HasRoles,
    {
        Word::Condition(Condition::AnyRole(HasAnyRole(roles)))
    }
}

impl<R: Role> Check<R> for HasRole<R> {
    #[inline]
    fn is_met<P: Payload<Role = R>>(self, caller: &Checked<'_, P>) -> bool {
        caller.payload.has_role(self.0)
    }

    fn describe(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "role {}", self.0.name())
    }

    fn refusal(self, _: &Way<R>) -> Refusal {
        Refusal::new(RejectionKind::InsufficientRole)
    }

    fn required_name(self) -> Option<&'static str> {
        Some(self.0.name())
    }
}

impl<R: Role> Check<R> for HasAnyRole<R> {
    #[inline]
    fn is_met<P: Payload<Role = R>>(self, caller: &Checked<'_, P>) -> bool {
        self.0.iter().any(|role| caller.payload.has_role(*role))
    }

    fn describe(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|role| role.name()).collect();
        write!(f, "role {}", names.join("|"))
    }

    fn refusal(self, _: &Way<R>) -> Refusal {
        Refusal::new(RejectionKind::InsufficientRole)
    }
}
