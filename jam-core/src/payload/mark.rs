//! Fields of a payload that have the name of a claim.

use std::borrow::Cow;
use std::fmt::Display;

use super::role::Role;

/// A field of a payload that has the name of a claim in a token.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Mark {
    /// The name that serde gives the field.
    pub field: &'static str,
    /// The name of the claim, or its path in nested objects, with dots.
    pub claim: &'static str,
    /// Returns `true` for a value that the application knows. All others are passed over.
    pub is_known: Option<fn(&str) -> bool>,
}

impl Mark {
    const fn new(field: &'static str, claim: &'static str) -> Self {
        Self {
            field,
            claim,
            is_known: None,
        }
    }

    pub const fn sub(field: &'static str) -> Self {
        Self::new(field, "sub")
    }

    pub const fn roles(field: &'static str) -> Self {
        Self::new(field, "roles")
    }

    pub const fn scopes(field: &'static str) -> Self {
        Self::new(field, "scope")
    }

    /// A field without a meaning for rules.
    pub const fn plain(field: &'static str) -> Self {
        Self::new(field, field)
    }

    #[must_use]
    pub const fn claim(mut self, claim: &'static str) -> Self {
        self.claim = claim;
        self
    }

    /// Passes over the names of unknown roles.
    #[must_use]
    pub const fn known<R: Role>(mut self) -> Self {
        self.is_known = Some(is_role::<R>);
        self
    }
}

fn is_role<R: Role>(name: &str) -> bool {
    R::ALL.iter().any(|role| role.name() == name)
}

/// A type that can be the subject of a caller: any type with a text form.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the subject of a token",
    label = "a subject has a text form",
    note = "mark a number, a `String`, or an id type that implements `std::fmt::Display`"
)]
pub trait Subject {
    fn subject(&self) -> Cow<'_, str>;
}

#[diagnostic::do_not_recommend]
impl<T: Display> Subject for T {
    fn subject(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}
