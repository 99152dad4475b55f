//! What the macros' output names. None of it is for use by hand, and all of it may
//! change with any version.

use std::future::Future;

use axum::response::IntoResponse;

pub use std::borrow::Cow;
pub use std::marker::PhantomData;
pub use std::sync::LazyLock;

pub use serde;

pub use crate::access::word::{Word, of, read, said};
pub use crate::access::{Access, Public};
pub use crate::auth::{Auth, Optional, Stale};
pub use crate::payload::{Mark, NoRole, Roles, Subject};
pub use crate::policy::Policies;
pub use crate::response::{Answered, Open, answer, open};
use crate::router::JamRouter;
pub use crate::router::passing::{AsArgument, Handed, InRequest, OfRow, Otherwise, TakesCaller};
pub use crate::rule::{Gated, GatedWithPolicies, OpenRule, Policed, Rule, required, strangers_too};

/// Proves that the handler takes its caller, of type `C`, as its first argument, whatever an alias,
/// another type of the same name or another macro made of it. Its future also has to be `Send`.
/// The handler is named and not called.
pub fn takes_caller<C, T, H: TakesFirst<C, T, Future: Send>>(_: H) {}

/// A function with the arguments `T`, of which the first one is a `C`.
#[diagnostic::on_unimplemented(
    message = "this handler does not take its caller as the first argument",
    label = "takes no `{C}`",
    note = "the first argument is `Auth<_>` of `jam` itself, and no other type of that name"
)]
pub trait TakesFirst<C, T> {
    /// What the function returns.
    type Future: Future;
}

macro_rules! takes_first {
    ($(($($argument:ident)*))*) => {$(
        impl<Handler, C, F: Future, $($argument,)*> TakesFirst<C, (C, $($argument,)*)> for Handler
        where
            Handler: FnOnce(C, $($argument,)*) -> F
        {
            type Future = F;
        }
    )*};
}

takes_first! {
    ()
    (A)
    (A B)
    (A B D)
    (A B D E)
    (A B D E G)
    (A B D E G H)
    (A B D E G H I)
    (A B D E G H I J)
    (A B D E G H I J K)
    (A B D E G H I J K L)
    (A B D E G H I J K L M)
    (A B D E G H I J K L M N)
    (A B D E G H I J K L M N O)
    (A B D E G H I J K L M N O P)
    (A B D E G H I J K L M N O P Q)
}

/// A table without rows, for a router with this state.
pub fn table<S: Clone + Send + Sync + 'static>(_: PhantomData<S>) -> JamRouter<S> {
    JamRouter::new()
}

/// The table as it is. Where its type is known, the state is known before `table` is looked at.
pub fn with_state<S>(_: PhantomData<S>, table: JamRouter<S>) -> JamRouter<S> {
    table
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
