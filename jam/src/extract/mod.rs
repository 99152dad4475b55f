//! Extractors: the caller of a handler and policies.
//!
//! Uses `setup`, `response` and `jam-core`.

pub(crate) mod auth;
mod extraction;
pub(crate) mod gate_note;
pub(crate) mod jwks;
pub(crate) mod layer_rule;
pub(crate) mod level;
mod logout;
pub(crate) mod noted;
pub(crate) mod optional;
pub(crate) mod policy;
