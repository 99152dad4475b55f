//! The payload of a caller: the application's own type, its roles, scopes and subject.
//!
//! Uses [`base`](crate::base).

pub mod kind;
mod mark;
mod role;
mod scopes;

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use mark::{Mark, Subject};
pub use role::{HasRoles, NoRole, Role, Roles};
pub use scopes::{HasScopes, Scopes};

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
