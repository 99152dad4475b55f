//! What the macros' output names. None of it is for use by hand, and all of it may
//! change with any version.

use axum::response::IntoResponse;

pub use std::any::TypeId;
pub use std::borrow::Cow;
pub use std::marker::PhantomData;
pub use std::sync::LazyLock;

pub use serde;

pub use crate::access::word::{Word, of, read, said};
pub use crate::access::{Access, Public};
pub use crate::auth::{Optional, Stale};
pub use crate::payload::{Mark, NoRole, Nobody, Roles, Subject};
pub use crate::policy::Policies;
pub use crate::response::{Answered, answer};
use crate::router::JamRouter;
pub use crate::router::passing::{AsArgument, Handed, InRequest, Otherwise, TakesCaller};
pub use crate::rule::{Gate, GateAnd, Open, Policed, Rule, required, strangers_too};

// The handler's future moves between threads. The handler is named, and not called; one function
// for each number of arguments, which the compiler has no other to choose from.
#[rustfmt::skip]
mod need_send {
    use std::future::Future;

    pub fn need_send1<A, F: Future + Send>(_: impl FnOnce(A) -> F) {}
    pub fn need_send2<A, B, F: Future + Send>(_: impl FnOnce(A, B) -> F) {}
    pub fn need_send3<A, B, C, F: Future + Send>(_: impl FnOnce(A, B, C) -> F) {}
    pub fn need_send4<A, B, C, D, F: Future + Send>(_: impl FnOnce(A, B, C, D) -> F) {}
    pub fn need_send5<A, B, C, D, E, F: Future + Send>(_: impl FnOnce(A, B, C, D, E) -> F) {}
    pub fn need_send6<A, B, C, D, E, G, F: Future + Send>(_: impl FnOnce(A, B, C, D, E, G) -> F) {}
    pub fn need_send7<A, B, C, D, E, G, H, F: Future + Send>(_: impl FnOnce(A, B, C, D, E, G, H) -> F) {}
    pub fn need_send8<A, B, C, D, E, G, H, I, F: Future + Send>(_: impl FnOnce(A, B, C, D, E, G, H, I) -> F) {}
    pub fn need_send9<A, B, C, D, E, G, H, I, J, F: Future + Send>(_: impl FnOnce(A, B, C, D, E, G, H, I, J) -> F) {}
    pub fn need_send10<A, B, C, D, E, G, H, I, J, K, F: Future + Send>(_: impl FnOnce(A, B, C, D, E, G, H, I, J, K) -> F) {}
    pub fn need_send11<A, B, C, D, E, G, H, I, J, K, L, F: Future + Send>(_: impl FnOnce(A, B, C, D, E, G, H, I, J, K, L) -> F) {}
    pub fn need_send12<A, B, C, D, E, G, H, I, J, K, L, M, F: Future + Send>(_: impl FnOnce(A, B, C, D, E, G, H, I, J, K, L, M) -> F) {}
    pub fn need_send13<A, B, C, D, E, G, H, I, J, K, L, M, N, F: Future + Send>(_: impl FnOnce(A, B, C, D, E, G, H, I, J, K, L, M, N) -> F) {}
    pub fn need_send14<A, B, C, D, E, G, H, I, J, K, L, M, N, O, F: Future + Send>(_: impl FnOnce(A, B, C, D, E, G, H, I, J, K, L, M, N, O) -> F) {}
    pub fn need_send15<A, B, C, D, E, G, H, I, J, K, L, M, N, O, P, F: Future + Send>(_: impl FnOnce(A, B, C, D, E, G, H, I, J, K, L, M, N, O, P) -> F) {}
    pub fn need_send16<A, B, C, D, E, G, H, I, J, K, L, M, N, O, P, Q, F: Future + Send>(_: impl FnOnce(A, B, C, D, E, G, H, I, J, K, L, M, N, O, P, Q) -> F) {}
}

pub use need_send::*;

/// A table without rows, for a router with this state.
pub fn table<S: Clone + Send + Sync + 'static>(_: PhantomData<S>) -> JamRouter<S> {
    JamRouter::new()
}

/// The table as it is. Where its type is known, the state is known before `table` is looked at.
pub fn with_state<S>(_: PhantomData<S>, table: JamRouter<S>) -> JamRouter<S> {
    table
}

/// Which function this is.
pub fn function<H: 'static>(_: &H) -> Option<TypeId> {
    Some(TypeId::of::<H>())
}

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
