//! What the macros' output names. None of it is for use by hand, and all of it may
//! change with any version.

use std::future::Future;

use axum::response::IntoResponse;

pub use std::borrow::Cow;

pub use axum::response::Response;
pub use serde;

pub use crate::auth::{Optional, Rule, Stale};
pub use crate::payload::{Mark, NoRole, Roles, Subject};
pub use crate::response::answer;

use crate::access::Access;
use crate::payload::Payload;

/// At compile time: the rule of a handler that takes `Auth<_>` demands a caller.
pub const fn check_required<P: Payload>(access: &Access<P>) {
    assert!(
        !access.optional,
        "this rule lets strangers in: take `Option<Auth<_>>` instead of `Auth<_>`"
    );
}

/// At compile time: the rule of a handler that takes `Option<Auth<_>>` lets strangers in.
pub const fn check_optional<P: Payload>(access: &Access<P>) {
    assert!(
        access.optional,
        "this rule lets no stranger in: take `Auth<_>` instead of `Option<Auth<_>>`, or end the \
         rule with `.optional()`"
    );
}

pub fn need_send<F: Future + Send>(_: &F) {}

pub fn need_response<R: IntoResponse>() {}
