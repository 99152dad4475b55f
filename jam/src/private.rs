//! What the macros' output names. None of it is for use by hand, and all of it may
//! change with any version.

use std::future::Future;

use axum::response::IntoResponse;

pub use std::borrow::Cow;
pub use std::sync::LazyLock;

pub use serde;

pub use crate::access::Public;
pub use crate::auth::{Optional, Stale};
pub use crate::payload::{Mark, NoRole, Nobody, Roles, Subject};
pub use crate::policy::Policies;
pub use crate::response::{Answered, answer};
pub use crate::rule::{Gate, GateAnd, HandlerRule, Open, Policed, Rule};

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
