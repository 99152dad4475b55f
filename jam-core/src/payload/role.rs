//! The roles of a caller.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, Hash};

use super::Payload;

/// The roles of an application: an enum of variants without fields.
///
/// ```
/// #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, jam::JamRole)]
/// enum Role { Reader, Editor, Admin }
///
/// assert_eq!(jam::Role::name(Role::Editor), "Editor");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an enum of roles",
    label = "this type does not implement `jam::Role`",
    note = "derive it: `#[derive(Clone, Copy, PartialEq, Eq, jam::JamRole)]`"
)]
pub trait Role: Copy + PartialEq + Send + Sync + 'static {
    /// All roles, in the order of the enum.
    const ALL: &'static [Self];

    /// Returns the name of the role in a token.
    fn name(self) -> &'static str;
}

/// A payload with a field that is marked `#[jam(roles)]`.
#[diagnostic::on_unimplemented(
    message = "the rule asks for a role, but `{Self}` has none",
    label = "no field of this payload is marked `#[jam(roles)]`",
    note = "mark the field that holds them, `#[jam(roles)] roles: Vec<Role>`, and name their type \
            on the struct: `#[jam(role = Role)]`"
)]
pub trait HasRoles: Payload<Role = Self::Enum> {
    /// The type of the roles, [`Payload::Role`].
    type Enum;
}

/// The type of roles for a payload without roles. It has no value.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)] // it never gets a variant
pub enum NoRole {}

impl Role for NoRole {
    const ALL: &'static [Self] = &[];

    fn name(self) -> &'static str {
        match self {}
    }
}

/// A type that can hold the roles of a caller.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold roles of type `{R}`",
    label = "not a collection of `{R}`",
    note = "use `Vec<{R}>`, `Option<{R}>`, `[{R}; N]`, `Box<[{R}]>`, `BTreeSet<{R}>` or `HashSet<{R}>`"
)]
pub trait Roles<R> {
    fn contains(&self, role: &R) -> bool;
}

impl<R: PartialEq> Roles<R> for Vec<R> {
    fn contains(&self, role: &R) -> bool {
        <[R]>::contains(self, role)
    }
}

impl<R: PartialEq> Roles<R> for Box<[R]> {
    fn contains(&self, role: &R) -> bool {
        <[R]>::contains(self, role)
    }
}

impl<R: PartialEq, const N: usize> Roles<R> for [R; N] {
    fn contains(&self, role: &R) -> bool {
        <[R]>::contains(self, role)
    }
}

impl<R: Ord> Roles<R> for BTreeSet<R> {
    fn contains(&self, role: &R) -> bool {
        self.contains(role)
    }
}

impl<R: Eq + Hash, S: BuildHasher> Roles<R> for HashSet<R, S> {
    fn contains(&self, role: &R) -> bool {
        self.contains(role)
    }
}

impl<R: PartialEq> Roles<R> for Option<R> {
    fn contains(&self, role: &R) -> bool {
        self.as_ref() == Some(role)
    }
}
