//! The core of [jam-auth]: payloads, rules, tokens, sessions, and the decision about a request. It
//! knows no web framework.
//!
//! Applications use the crate `jam-auth`, which re-exports what they need. This crate is for those
//! who implement a session store or connect another web framework.
//!
//! # Layers
//!
//! Each folder uses the folders above it alone; a test reads the `use` lines.
//!
//! | folder | content |
//! |---|---|
//! | `base` | text, time, random bytes, errors |
//! | `refusal` | the refusal of a request: kind, status, challenge, body |
//! | `payload` | the caller's payload, roles, scopes |
//! | `backend` | backends of the application's own |
//! | `claims` | the claims of a token, to JSON and back |
//! | `key` | secrets and public keys |
//! | `ring` | keys that follow each other |
//! | `token` | signed tokens |
//! | `session` | sessions and their stores |
//! | `rule` | rules: who may call |
//! | `request` | the credential and the origin of a request |
//! | `gate` | the decision |
//! | `testing` | the promises of a session store, as tests |
//!
//! [jam-auth]: https://docs.rs/jam-auth

pub mod backend;
pub mod base;
pub mod claims;
pub mod gate;
pub mod key;
pub mod payload;
pub mod refusal;
pub mod request;
pub mod ring;
pub mod rule;
pub mod session;
#[cfg(feature = "testing")]
pub mod testing;
pub mod token;

#[cfg(any(test, fuzzing))]
pub use jam_macros::{JamPayload, JamRole};

pub use crate::payload::{HasRoles, HasScopes, Payload, Role, Scopes};
pub use crate::rule::Access;

/// The names that derives write.
#[doc(hidden)]
pub mod __private {
    pub use std::borrow::Cow;

    pub use serde;

    pub use crate::payload::{HasRoles, HasScopes, Mark, NoRole, Roles, Subject};
    pub use crate::rule::{AttributeRule, AttributeRules, read};
}

/// The functions that `fuzz/` calls.
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod __fuzz {
    /// Reads `json` as claims by every reader.
    pub fn claims(json: &[u8]) {
        crate::claims::twins::compare(json);
    }

    /// Verifies a token with a good signature over this header and these claims, and the text `header`
    /// as a token.
    pub fn token(header: &[u8], json: &[u8]) {
        crate::token::twins::compare(header, json);
        crate::token::twins::compare_text(header);
    }

    /// Reads `json` as a JWK.
    #[cfg(feature = "public-keys")]
    pub fn jwk(json: &str) {
        crate::key::twins::compare_jwk(json);
    }

    /// Reads `json` as a JWK set.
    #[cfg(feature = "public-keys")]
    pub fn jwks(json: &str) {
        crate::key::twins::compare_jwks(json);
    }

    /// Reads `pem` as a public and as a private key.
    #[cfg(feature = "public-keys")]
    pub fn pem(pem: &[u8]) {
        crate::key::twins::compare_pem(pem);
    }

    /// Looks for a cookie in `field`.
    pub fn cookie(field: &[u8]) {
        crate::request::cookie::compare(field);
    }
}
