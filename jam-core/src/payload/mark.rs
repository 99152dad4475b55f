//! Fields of a payload that have the name of a claim.

use std::borrow::Cow;
use std::fmt::Display;

/// A field of a payload that has the name of a claim in a token.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Mark {
    /// The name that serde gives the field.
    pub field: &'static str,
    /// The name of the claim.
    pub claim: &'static str,
}

impl Mark {
    pub const fn sub(field: &'static str) -> Self {
        Self {
            field,
            claim: "sub",
        }
    }

    pub const fn roles(field: &'static str) -> Self {
        Self {
            field,
            claim: "roles",
        }
    }

    pub const fn scopes(field: &'static str) -> Self {
        Self {
            field,
            claim: "scope",
        }
    }
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
