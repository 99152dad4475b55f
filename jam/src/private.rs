//! What the macros' output names. None of it is for use by hand, and all of it may
//! change with any version.

use std::future::Future;

use axum::response::IntoResponse;

use crate::access::Audience;

pub use std::borrow::Cow;

pub use serde;

pub use crate::auth::{Optional, Stale};
pub use crate::payload::{Mark, NoRole, Roles, Subject};
pub use crate::policy::Policies;
pub use crate::response::{Answered, answer};
pub use crate::rule::{HandlerRule, Rule};

/// At compile time: the rule of a handler that takes `Auth<_>` demands a caller.
#[track_caller]
pub const fn check_required<R: Rule>() {
    assert!(
        !R::RULE.access().lets_strangers_in(),
        "this rule lets strangers in: take `Option<Auth<_>>` instead of `Auth<_>`"
    );
}

/// At compile time: the rule of a handler that takes `Option<Auth<_>>` lets strangers in.
#[track_caller]
pub const fn check_optional<R: Rule>() {
    assert!(
        matches!(R::RULE.access().audience, Audience::Optional),
        "this rule lets no stranger in: take `Auth<_>` instead of `Option<Auth<_>>`, or end the \
         rule with `.optional()`"
    );
}

pub fn need_send<F: Future + Send>(_: &F) {}

/// What a handler may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a response",
    label = "this type does not implement `axum::response::IntoResponse`",
    note = "return `axum::Json<..>`, `String`, a status code, or implement `IntoResponse` for it"
)]
pub trait Answer: IntoResponse {}

#[diagnostic::do_not_recommend]
impl<R: IntoResponse> Answer for R {}

pub fn need_response<R: Answer>() {}
