//! The names that expansions use. They are not for use by hand, and may change with any version.

use std::future::Future;

pub use std::borrow::Cow;
pub use std::marker::PhantomData;
pub use std::sync::LazyLock;

pub use serde;

use crate::arities::arities;
pub use jam_core::payload::{HasRoles, HasScopes, Mark, NoRole, Roles, Subject};
pub use jam_core::rule::{Access, AttributeRule, AttributeRules, Of, Public, Word, of, read, said};

pub use crate::extract::auth::Auth;
pub use crate::extract::level::{
    Gated, GatedWithPolicies, OpenRule, Policed, anonymous_too, required,
};
pub use crate::extract::optional::Optional;
pub use crate::extract::policy::Policies;
pub use crate::response::answer::{Answered, HandlerResponse, Open, Stale, answer, open};
use crate::router::JamRouter;
pub use crate::router::Verb;
pub use crate::router::passing::{
    AsArgument, Handed, InRequest, NoCaller, Otherwise, ReceivesCaller,
};

// Proves that the first argument of a handler is its caller, of type `C`. An alias, another type of
// the same name or another macro cannot mislead it. The future of the handler must be `Send`. The
// handler is named and not called. There is one function for each number of arguments: a trait for
// all of them costs the compiler twice as much.
#[rustfmt::skip]
mod takes_caller {
    use std::future::Future;

    pub fn takes_caller1<C, F: Future + Send>(_: impl FnOnce(C) -> F) {}
    pub fn takes_caller2<C, A, F: Future + Send>(_: impl FnOnce(C, A) -> F) {}
    pub fn takes_caller3<C, A, B, F: Future + Send>(_: impl FnOnce(C, A, B) -> F) {}
    pub fn takes_caller4<C, A, B, D, F: Future + Send>(_: impl FnOnce(C, A, B, D) -> F) {}
    pub fn takes_caller5<C, A, B, D, E, F: Future + Send>(_: impl FnOnce(C, A, B, D, E) -> F) {}
    pub fn takes_caller6<C, A, B, D, E, G, F: Future + Send>(_: impl FnOnce(C, A, B, D, E, G) -> F) {}
    pub fn takes_caller7<C, A, B, D, E, G, H, F: Future + Send>(_: impl FnOnce(C, A, B, D, E, G, H) -> F) {}
    pub fn takes_caller8<C, A, B, D, E, G, H, I, F: Future + Send>(_: impl FnOnce(C, A, B, D, E, G, H, I) -> F) {}
    pub fn takes_caller9<C, A, B, D, E, G, H, I, J, F: Future + Send>(_: impl FnOnce(C, A, B, D, E, G, H, I, J) -> F) {}
    pub fn takes_caller10<C, A, B, D, E, G, H, I, J, K, F: Future + Send>(_: impl FnOnce(C, A, B, D, E, G, H, I, J, K) -> F) {}
    pub fn takes_caller11<C, A, B, D, E, G, H, I, J, K, L, F: Future + Send>(_: impl FnOnce(C, A, B, D, E, G, H, I, J, K, L) -> F) {}
    pub fn takes_caller12<C, A, B, D, E, G, H, I, J, K, L, M, F: Future + Send>(_: impl FnOnce(C, A, B, D, E, G, H, I, J, K, L, M) -> F) {}
    pub fn takes_caller13<C, A, B, D, E, G, H, I, J, K, L, M, N, F: Future + Send>(_: impl FnOnce(C, A, B, D, E, G, H, I, J, K, L, M, N) -> F) {}
    pub fn takes_caller14<C, A, B, D, E, G, H, I, J, K, L, M, N, O, F: Future + Send>(_: impl FnOnce(C, A, B, D, E, G, H, I, J, K, L, M, N, O) -> F) {}
    pub fn takes_caller15<C, A, B, D, E, G, H, I, J, K, L, M, N, O, P, F: Future + Send>(_: impl FnOnce(C, A, B, D, E, G, H, I, J, K, L, M, N, O, P) -> F) {}
    pub fn takes_caller16<C, A, B, D, E, G, H, I, J, K, L, M, N, O, P, Q, F: Future + Send>(_: impl FnOnce(C, A, B, D, E, G, H, I, J, K, L, M, N, O, P, Q) -> F) {}
}

pub use takes_caller::*;

#[rustfmt::skip]
mod takes_gated {
    use std::future::Future;
    use super::{Auth, Gated};

    pub fn takes_gated1<R, U, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>) -> F) {}
    pub fn takes_gated2<R, U, A, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A) -> F) {}
    pub fn takes_gated3<R, U, A, B, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A, B) -> F) {}
    pub fn takes_gated4<R, U, A, B, D, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A, B, D) -> F) {}
    pub fn takes_gated5<R, U, A, B, D, E, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A, B, D, E) -> F) {}
    pub fn takes_gated6<R, U, A, B, D, E, G, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A, B, D, E, G) -> F) {}
    pub fn takes_gated7<R, U, A, B, D, E, G, H, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A, B, D, E, G, H) -> F) {}
    pub fn takes_gated8<R, U, A, B, D, E, G, H, I, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A, B, D, E, G, H, I) -> F) {}
    pub fn takes_gated9<R, U, A, B, D, E, G, H, I, J, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A, B, D, E, G, H, I, J) -> F) {}
    pub fn takes_gated10<R, U, A, B, D, E, G, H, I, J, K, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A, B, D, E, G, H, I, J, K) -> F) {}
    pub fn takes_gated11<R, U, A, B, D, E, G, H, I, J, K, L, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A, B, D, E, G, H, I, J, K, L) -> F) {}
    pub fn takes_gated12<R, U, A, B, D, E, G, H, I, J, K, L, M, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A, B, D, E, G, H, I, J, K, L, M) -> F) {}
    pub fn takes_gated13<R, U, A, B, D, E, G, H, I, J, K, L, M, N, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A, B, D, E, G, H, I, J, K, L, M, N) -> F) {}
    pub fn takes_gated14<R, U, A, B, D, E, G, H, I, J, K, L, M, N, O, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A, B, D, E, G, H, I, J, K, L, M, N, O) -> F) {}
    pub fn takes_gated15<R, U, A, B, D, E, G, H, I, J, K, L, M, N, O, P, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A, B, D, E, G, H, I, J, K, L, M, N, O, P) -> F) {}
    pub fn takes_gated16<R, U, A, B, D, E, G, H, I, J, K, L, M, N, O, P, Q, F: Future + Send>(_: impl FnOnce(Auth<U, Gated<R>>, A, B, D, E, G, H, I, J, K, L, M, N, O, P, Q) -> F) {}
}

pub use takes_gated::*;

/// Proves that a handler takes its caller when its number of arguments depends on `#[cfg(..)]`.
pub fn takes_caller<C, T, H: TakesFirst<C, T>>(_: H) {}

/// A function with the arguments `T`, of which the first one is a `C`.
#[diagnostic::on_unimplemented(
    message = "this handler does not take its caller as the first argument",
    label = "takes no `{C}`",
    note = "the first argument is `Auth<_>` of `jam` itself, and no other type of that name"
)]
pub trait TakesFirst<C, T> {}

macro_rules! takes_first {
    ($(($($argument:ident)*; $($last:ident)?))*) => {$(
        impl<Handler, C, F: Future + Send, $($argument,)* $($last,)?>
            TakesFirst<C, (C, $($argument,)* $($last,)?)>
            for Handler
        where
            Handler: FnOnce(C, $($argument,)* $($last,)?) -> F
        {
        }
    )*};
}

arities! { 16 => takes_first }

/// A table without rows, for a router with this state.
pub fn table<S: Clone + Send + Sync + 'static>(_: PhantomData<S>) -> JamRouter<S> {
    JamRouter::new()
}

/// The table as it is. Where its type is known, the state is known before `table` is looked at.
pub fn with_state<S>(_: PhantomData<S>, table: JamRouter<S>) -> JamRouter<S> {
    table
}

pub fn need_response<R: HandlerResponse>() {}
