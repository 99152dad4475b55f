//! What a caller is: the payload of a token or a session.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::fmt::{self, Debug, Display};
use std::hash::{BuildHasher, Hash};

use serde::de::{self, DeserializeOwned, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::access::Access;
use crate::rule::Rule;
use crate::text;

/// What your application knows of a caller: the fields that a token or a session
/// carries.
///
/// Derive it, together with serde's two traits and `Clone`:
///
/// ```
/// use jam::{JamPayload, JamRole, Scopes};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
/// enum Role { Reader, Admin }
///
/// #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// #[jam(role = Role, scopes("notes:read", "notes:write"))]
/// struct User {
///     #[jam(sub)] id: u64,
///     name: String,
///     #[jam(roles)] roles: Vec<Role>,
///     #[jam(scopes)] scopes: Scopes,
/// }
/// ```
///
/// Requests that use one session may share one payload that was read once, so keep nothing in it that
/// belongs to one request, such as a cell or a lock that is left out of the JSON: what one of them
/// sets there others may see, or not.
///
/// In a token the fields stand beside the registered claims in one flat JSON object,
/// by the names that serde gives them. A payload that is no login, such as that of a link to
/// reset a password, needs a kind of its own, `#[jam(kind = "reset")]`, or its token would sign
/// in whoever has it. A marked field takes a claim's name: `sub`
/// (RFC 7519 section 4.1.2), `roles` or `scope` (RFC 9068 section 2.2.3).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the payload of a caller",
    label = "this type does not implement `jam::Payload`",
    note = "derive it: `#[derive(Clone, serde::Serialize, serde::Deserialize, jam::JamPayload)]`"
)]
pub trait Payload: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The roles that `#[jam(role = ..)]` names.
    type Role: Role;

    #[doc(hidden)]
    const MARKS: &'static [Mark] = &[];

    /// The name that `#[jam(kind = "..")]` gives to this kind of payload.
    const KIND: Option<&'static str> = None;

    /// Returns what kind of payload this is. A session of one kind is never taken for one of
    /// another, and two types of one program never share a kind: a table that has both does not
    /// start, and nothing is read or created as the second one.
    ///
    /// # Defaults
    ///
    /// Without [`KIND`](Self::KIND) it is the path of the type, with the crate and the modules it is
    /// in. Sessions in a store that outlives the program then end when you rename or move
    /// the type, and may end with a new version of the compiler. If that must not happen, fix the
    /// kind before you deploy: `#[jam(kind = "user")]`. It also sets [`TOKEN_TYPE`](Self::TOKEN_TYPE).
    fn kind() -> &'static str {
        Self::KIND.unwrap_or_else(std::any::type_name::<Self>)
    }

    /// The `typ` of a token of this payload, when it has a kind of its own:
    /// `#[jam(kind = "reset")]` makes it `reset+jwt`. A token of one type is never taken for one
    /// of another (RFC 8725 section 3.11); payloads without a kind share the type of
    /// [`Jwt::token_type`](crate::Jwt::token_type), and are told apart by their fields alone.
    const TOKEN_TYPE: Option<&'static str> = None;

    /// The scopes that a rule over this payload may ask for.
    const SCOPES: &'static [&'static str] = &[];

    /// The rule of the words of `R`, once for all handlers: here the type of roles is known, and
    /// only of a known type a constant can be borrowed for good.
    #[doc(hidden)]
    fn rule<R: Rule<Self>>() -> &'static Access<Self>;

    /// Who this is, as text: the field marked `#[jam(sub)]`. It owns the sessions that
    /// are created without another key.
    fn subject(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// Whether the field marked `#[jam(roles)]` holds `role`.
    fn has_role(&self, role: Self::Role) -> bool {
        let _ = role;
        false
    }

    /// The field marked `#[jam(scopes)]`.
    fn scopes(&self) -> Option<&Scopes> {
        None
    }
}

/// A payload with a field that is marked `#[jam(roles)]`.
#[diagnostic::on_unimplemented(
    message = "the rule asks for a role, but `{Self}` has none",
    label = "no field of this payload is marked `#[jam(roles)]`",
    note = "mark the field that holds them, `#[jam(roles)] roles: Vec<Role>`, and name their type \
            on the struct: `#[jam(role = Role)]`"
)]
pub trait HasRoles: Payload<Role = Self::Enum> {
    /// The roles: [`Payload::Role`].
    type Enum;
}

/// A payload with a field that is marked `#[jam(scopes)]`.
#[diagnostic::on_unimplemented(
    message = "the rule asks for a scope, but `{Self}` has none",
    label = "no field of this payload is marked `#[jam(scopes)]`",
    note = "mark the field that holds them, `#[jam(scopes)] scopes: jam::Scopes`, and declare them \
            on the struct: `#[jam(scopes(\"notes:read\"))]`"
)]
pub trait HasScopes: Payload {}

/// The roles of your application: an enum of plain variants.
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
    /// Every role, in the order of the enum.
    const ALL: &'static [Self];

    /// The role as a token spells it.
    fn name(self) -> &'static str;
}

/// The role of a payload that has none; nothing can be one.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)] // it is empty for good
pub enum NoRole {}

impl Role for NoRole {
    const ALL: &'static [Self] = &[];

    fn name(self) -> &'static str {
        match self {}
    }
}

/// A field of the payload that takes a claim's name in a token.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// What serde calls the field.
    pub(crate) field: &'static str,
    pub(crate) claim: &'static str,
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

/// A type that can say who a caller is: anything with a text form.
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
        is_among(self, role)
    }
}

impl<R: PartialEq> Roles<R> for Box<[R]> {
    fn contains(&self, role: &R) -> bool {
        is_among(self, role)
    }
}

impl<R: PartialEq, const N: usize> Roles<R> for [R; N] {
    fn contains(&self, role: &R) -> bool {
        is_among(self, role)
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

/// Among many it looks at several at once: there is no way out within a chunk, so that the compiler
/// need not compare one by one.
fn is_among<R: PartialEq>(roles: &[R], role: &R) -> bool {
    let (chunks, rest) = roles.as_chunks::<32>();
    let among = |chunk: &[R; 32]| chunk.iter().fold(false, |found, own| found | (own == role));
    chunks.iter().any(among) || rest.contains(role)
}

impl<R: PartialEq> Roles<R> for Option<R> {
    fn contains(&self, role: &R) -> bool {
        self.as_ref() == Some(role)
    }
}

/// The scopes of a caller (RFC 6749 section 3.3).
///
/// In JSON it is one text with spaces between, as RFC 8693 section 4.2 has it; an
/// array of texts is read too.
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
    /// No scope at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Whether `scope` is one of them, to the letter.
    pub fn contains(&self, scope: &str) -> bool {
        text::is_scope(scope) && self.hold(scope)
    }

    /// The same of what is known to be a scope, and not two with a space between.
    pub(crate) fn hold(&self, scope: &str) -> bool {
        debug_assert!(text::is_scope(scope), "`{scope}` is no scope");
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

    /// The scopes, in the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|scope| !scope.is_empty())
    }

    /// Adds a scope. One that is no `scope-token` (it is empty, or holds a space, a
    /// quote, a backslash or a control character) can never be asked for, and is
    /// passed over.
    fn push(&mut self, scope: &str) {
        if !text::is_scope(scope) {
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
        fn a_scope_is_held_to_the_letter(held in "[ab ]{0,12}", asked in "[ab ]{0,3}") {
            let scopes: Scopes = held.split(' ').collect();
            let sure = !asked.is_empty() && held.split(' ').any(|own| own == asked);
            prop_assert_eq!(scopes.contains(&asked), sure);
        }
    }
}
