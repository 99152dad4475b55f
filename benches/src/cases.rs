//! All measured kinds of requests, by name.

mod by_hand;
mod peers;
#[cfg(feature = "public-keys")]
mod public_keys;
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

/// The operations on tokens with public keys. An operation takes up to 4 million instructions.
#[cfg(feature = "public-keys")]
pub const PUBLIC_KEY_OPERATIONS: &[(&str, BuildOperation)] = &[
    ("raw-es256", public_keys::es256::raw),
    ("hand-es256-verify", public_keys::es256::hand),
    ("jam-es256-verify", public_keys::es256::first_sight),
    ("raw-rs256", public_keys::rs256::raw),
    ("hand-rs256-verify", public_keys::rs256::hand),
    ("jam-rs256-verify", public_keys::rs256::first_sight),
    ("raw-eddsa", public_keys::eddsa::raw),
    ("hand-eddsa-verify", public_keys::eddsa::hand),
    ("jam-eddsa-verify", public_keys::eddsa::first_sight),
    ("hand-rs256-sign", public_keys::hand_rs256_sign),
    ("jam-rs256-sign", public_keys::jam_rs256_sign),
    ("jam-one-key", public_keys::one_key),
    ("jam-ring-1", public_keys::ring_of_1),
    ("jam-ring-100", public_keys::ring_of_100),
];

#[cfg(not(feature = "public-keys"))]
pub const PUBLIC_KEY_OPERATIONS: &[(&str, BuildOperation)] = &[];

/// The requests with tokens of public keys.
#[cfg(feature = "public-keys")]
pub const PUBLIC_KEY_CASES: &[(&str, Build)] = &[
    ("hand-es256", public_keys::es256::hand_case),
    ("jam-es256-cached", public_keys::es256::cached),
    ("hand-rs256", public_keys::rs256::hand_case),
    ("jam-rs256-cached", public_keys::rs256::cached),
    ("hand-eddsa", public_keys::eddsa::hand_case),
    ("jam-eddsa-cached", public_keys::eddsa::cached),
];

#[cfg(not(feature = "public-keys"))]
pub const PUBLIC_KEY_CASES: &[(&str, Build)] = &[];

/// Returns the case with the name `name`.
pub fn named(name: &str) -> Option<Case> {
    let mut all = ALL.iter().chain(PUBLIC_KEY_CASES);
    let (_, build) = all.find(|(own, _)| *own == name)?;
    Some(build())
}

/// Returns the operation with the name `name`.
pub fn operation(name: &str) -> Option<Operation> {
    let mut all = OPERATIONS.iter().chain(PUBLIC_KEY_OPERATIONS);
    let (_, build) = all.find(|(own, _)| *own == name)?;
    Some(build())
}
