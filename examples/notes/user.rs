//! The payload of callers.

use jam::{JamPayload, JamRole, Scopes};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
pub(crate) enum Role {
    Reader,
    Editor,
    Admin,
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(role = Role, scopes("notes:read", "notes:write"))]
pub(crate) struct User {
    #[jam(sub)]
    pub(crate) id: u64,
    pub(crate) name: String,
    #[jam(roles)]
    pub(crate) roles: Vec<Role>,
    #[jam(scopes)]
    pub(crate) scopes: Scopes,
}
