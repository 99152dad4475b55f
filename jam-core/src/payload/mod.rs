//! The payload of a caller: a type of the application with the caller's roles, scopes and subject.
//!
//! Uses [`base`](crate::base).

mod held;
pub mod kind;
mod mark;
mod role;
mod scopes;

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use held::Held;
pub use mark::{Mark, Subject};
pub use role::{HasRoles, NoRole, Role, Roles};
pub use scopes::{HasScopes, Scopes};

/// The payload of a caller: the fields that a token or a session carries.
///
/// Derive it, together with `Clone` and serde's `Serialize` and `Deserialize`:
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
/// Requests with the same session or the same token can share one payload that was read once. So do not keep state of
/// one request in it, such as a cell or a lock that is left out of the JSON: other requests may see
/// that state, or may not.
///
/// In a token, the fields are in one flat JSON object together with the registered claims, under
/// the names that serde gives them. A marked field has the name of a claim: `sub` (RFC 7519
/// section 4.1.2), `roles` or `scope` (RFC 9068 section 2.2.3).
///
/// A payload that is not a login, such as the payload of a link to reset a password, needs its own
/// kind, `#[jam(kind = "reset")]`. Otherwise its token would sign in its holder.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the payload of a caller",
    label = "this type does not implement `jam::Payload`",
    note = "derive it: `#[derive(Clone, serde::Serialize, serde::Deserialize, jam::JamPayload)]`"
)]
pub trait Payload: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The type of the roles, from `#[jam(role = ..)]`.
    type Role: Role;

    #[doc(hidden)]
    const MARKS: &'static [Mark] = &[];

    /// The name of this kind of payload, from `#[jam(kind = "..")]`.
    const KIND: Option<&'static str> = None;

    /// Returns the kind of this payload. A session of one kind is never accepted for another kind.
    /// Two types of one program cannot have the same kind: a route table with both does not start,
    /// and no session or token of the second type is read or created.
    ///
    /// # Defaults
    ///
    /// Without [`KIND`](Self::KIND) the kind is the path of the type, with its crate and modules.
    /// If you rename or move the type, its sessions end in a store that outlives the program. They
    /// may also end with a new version of the compiler. To prevent that, set the kind before you
    /// deploy: `#[jam(kind = "user")]`. This attribute also sets [`TOKEN_TYPE`](Self::TOKEN_TYPE).
    fn kind() -> &'static str {
        Self::KIND.unwrap_or_else(std::any::type_name::<Self>)
    }

    /// The `typ` of a token of this payload, if the payload has its own kind. For
    /// `#[jam(kind = "reset")]` it is `reset+jwt`. A token of one type is never accepted as another
    /// type (RFC 8725 section 3.11). Payloads without a kind share the type of
    /// [`Jwt::token_type`](crate::token::Jwt::token_type), and only their fields distinguish them.
    const TOKEN_TYPE: Option<&'static str> = None;

    /// The scopes that a rule for this payload can require.
    const SCOPES: &'static [&'static str] = &[];

    /// Returns the subject of the caller as text: the field marked `#[jam(sub)]`. A
    /// backend and a policy can use it to name the caller.
    fn subject(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// Returns `true` if the field marked `#[jam(roles)]` holds `role`.
    fn has_role(&self, role: Self::Role) -> bool {
        let _ = role;
        false
    }

    /// Returns the field marked `#[jam(scopes)]`.
    fn scopes(&self) -> Option<&Scopes> {
        None
    }
}
