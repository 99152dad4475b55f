//! All measured kinds of requests, by name.

mod by_hand;
mod peers;
mod sessions;
mod tokens;

use axum::routing::get;

use crate::case::{Case, routes};

pub use peers::fill_tower_sessions;
pub use sessions::profiles;

/// Returns a router without authentication.
fn bare() -> Case {
    async fn me() -> &'static str {
        "hello"
    }
    Case::new(routes(get(me)), None)
}

type Build = fn() -> Case;

/// An operation that needs no request.
type Operation = Box<dyn FnMut()>;

type BuildOperation = fn() -> Operation;

/// All operations.
pub const OPERATIONS: &[(&str, BuildOperation)] = &[
    ("hand-issue", by_hand::issue),
    ("jam-issue", tokens::issue),
    ("hand-verify", by_hand::verify),
    ("jam-verify", tokens::verify),
    ("jam-extract", tokens::extract),
    ("hand-refusal", by_hand::refusal),
    ("jam-refusal", tokens::refusal),
];

/// All cases. A name contains the library and the operation.
pub const ALL: &[(&str, Build)] = &[
    ("bare", bare),
    ("hand-hs256", by_hand::cookie),
    ("hand-hs256-bearer", by_hand::bearer),
    ("hand-forged", by_hand::forged),
    ("jam-hs256-attribute", tokens::attribute),
    ("jam-hs256-bearer", tokens::bearer),
    ("jam-hs256-table", tokens::table),
    ("jam-hs256-foreign", tokens::foreign),
    ("jam-editor", tokens::editor),
    ("jam-editor-rules", tokens::editor_rules),
    ("jam-refused", tokens::refused),
    ("jam-forged", tokens::forged),
    ("jam-session", sessions::attribute),
    ("jam-session-table", sessions::table),
    ("tower-sessions", peers::tower_sessions),
    ("axum-login", peers::axum_login),
    ("axum-security-session", peers::axum_security_session),
    ("axum-security-hs256", peers::axum_security_token),
    ("axum-jwt-auth-bearer", peers::axum_jwt_auth),
];

/// Returns the case with the name `name`.
pub fn named(name: &str) -> Option<Case> {
    let (_, build) = ALL.iter().find(|(own, _)| *own == name)?;
    Some(build())
}
