//! The two ways in which a handler of a table receives its caller.
//!
//! A handler that takes `Auth<_>` first receives the caller as that argument. For any other handler the
//! caller is noted in the request's extensions, where every extractor finds it. The compiler chooses by the
//! handler's type: `(&Handed::to(&handler, state)).__jam_passing()` calls the method of
//! [`ReceivesCaller`] if that trait is implemented, and the method of [`Otherwise`], which needs one more
//! reference, if it is not.
//!
//! Benefit: a request takes 12,700 instructions instead of 13,900 (`target/release/measure count`). Goal:
//! `hs256-table` of `scripts/bench` at most 0.25. The plain equivalent is the note; a build with
//! `--cfg jam_plain` uses it for every section but `declared()`.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use axum::body::{Body, Bytes};
use axum::extract::{
    Extension, FromRef, FromRequest, FromRequestParts, OriginalUri, Path, RawPathParams, RawQuery,
    Request, State,
};
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, Uri, Version};
use serde::de::DeserializeOwned;

use super::declared::MarkedCaller;
use crate::arities::arities;
use crate::extract::auth::Auth;
use crate::extract::level::{Gated, GatedWithPolicies, Level, Plain};
use jam_core::payload::Payload;

/// How a handler receives its caller, whose payload is `P`.
pub trait Passing<H, T, S, P>: Copy + Send + Sync + 'static {
    /// `true` if [`call`](Self::call) passes the caller as an argument; otherwise it is in the
    /// request.
    const AS_ARGUMENT: bool = false;
    /// `true` if only the handler may receive the caller, and no other extractor.
    const ALONE: bool = false;

    /// Calls the handler. Without a `user` the caller is in the request.
    // The bound is here, so that rustc reports a missing `Handler` at the handler.
    fn call(handler: H, _user: Option<Auth<P>>, request: Request, state: S) -> H::Future
    where
        H: Handler<T, S>,
    {
        handler.call(request, state)
    }
}

/// The caller is in the request.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs)] // a value of it is all that it is
pub struct InRequest;

/// The caller is the handler's first argument, an `Auth<P, V>`.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs)] // a value of it is all that it is
pub struct AsArgument<V = Plain>(PhantomData<fn() -> V>);

impl<V> AsArgument<V> {
    /// The only value.
    pub const VALUE: Self = Self(PhantomData);
}

/// The caller is the first argument of a handler with a rule of its own, in a router with the state
/// `S`.
#[derive(Debug)]
pub(super) struct AsMarkedArgument<S>(PhantomData<fn() -> S>);

impl<S> AsMarkedArgument<S> {
    /// The only value.
    pub(super) const VALUE: Self = Self(PhantomData);
}

impl<S> Clone for AsMarkedArgument<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for AsMarkedArgument<S> {}

impl<H, T, S, P> Passing<H, T, S, P> for InRequest {}

/// The callers of a public row, of which there is none.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums)] // it stays empty
pub enum NoCaller {}

/// Implemented by no handler.
#[diagnostic::on_unimplemented(
    message = "this handler takes its caller, and a public row has none",
    label = "takes `Auth<_>`",
    note = "remove the argument, or move the row to a section with a rule; a section with \
            `.optional()` serves anonymous requests too"
)]
pub trait NeedsNoCaller {}

impl<H: NeedsNoCaller, T, S> Passing<H, T, S, NoCaller> for AsArgument {}

/// Implemented by no handler.
#[diagnostic::on_unimplemented(
    message = "this handler has a rule of its own, and its section has another",
    label = "has `#[jam_auth(..)]`",
    note = "move the row to `declared() = [..]`, or remove the attribute"
)]
pub trait HasNoRule {}

impl<H: HasNoRule, T, S, P, R: Copy + 'static> Passing<H, T, S, P> for AsArgument<Gated<R>> {}
impl<H: HasNoRule, T, S, P, R: Copy + 'static> Passing<H, T, S, P>
    for AsArgument<GatedWithPolicies<R>>
{
}

/// A caller whose payload is `P`.
#[diagnostic::on_unimplemented(
    message = "the handler takes a caller of another payload than its rule has",
    label = "its rule is over `{P}`",
    note = "take `Auth<{P}>`, or move the row to a section whose rule is over the other payload"
)]
pub trait CallerOf<P>: Send + Sized + 'static {
    /// Returns it.
    fn of(user: Auth<P>) -> Self;
}

impl<P: Payload> CallerOf<P> for Auth<P> {
    fn of(user: Self) -> Self {
        user
    }
}

macro_rules! as_argument {
    (
        @one ($($argument:ident)*; $($last:ident)?) $passing:ty, $alone:literal, $payload:ty,
        [$($parameter:ident)?], [$($bounds:tt)*], $deliver:expr
    ) => {
        // The caller's type is a parameter: rustc infers the arguments from the handler only if
        // they are not fixed here.
        #[allow(non_snake_case, unused_mut, unused_variables)] // named as the types; one uses none
        impl<F, Fut, S, M, Caller, $($parameter,)? $($argument,)* $($last,)?>
            Passing<F, (M, Caller, $($argument,)* $($last,)?), S, $payload> for $passing
        where
            F: FnOnce(Caller, $($argument,)* $($last,)?) -> Fut
                + Handler<(M, Caller, $($argument,)* $($last,)?), S, Future = HandlerFuture>,
            Fut: Future<Output: IntoResponse> + Send,
            S: Send + Sync + 'static,
            $($bounds)*
            Caller: Send + 'static,
            $($argument: FromRequestParts<S> + Send,)*
            $($last: FromRequest<S, M> + Send,)?
        {
            // In a plain build only a caller with a rule of its own is an argument.
            const AS_ARGUMENT: bool = $alone || !cfg!(jam_plain);
            const ALONE: bool = $alone;

            fn call(
                handler: F,
                user: Option<Auth<$payload>>,
                request: Request,
                state: S,
            ) -> HandlerFuture {
                let Some(user) = $deliver(user) else {
                    return handler.call(request, state);
                };
                let (mut parts, body) = request.into_parts();
                Box::pin(async move {
                    $(
                        let $argument = match $argument::from_request_parts(&mut parts, &state).await {
                            Ok(argument) => argument,
                            Err(refusal) => return refusal.into_response(),
                        };
                    )*
                    $(
                        let request = Request::from_parts(parts, body);
                        let $last = match $last::from_request(request, &state).await {
                            Ok(argument) => argument,
                            Err(refusal) => return refusal.into_response(),
                        };
                    )?
                    handler(user, $($argument,)* $($last,)?).await.into_response()
                })
            }
        }
    };
    (@way ($($way:tt)*) $arity:tt) => {
        as_argument! { @one $arity $($way)* }
    };
    ($way:tt $($arity:tt)*) => {
        $(as_argument! { @way $way $arity })*
    };
}

arities! {
    7 => as_argument (
        AsArgument, false, P, [P], [P: Payload, Caller: CallerOf<P>,],
        |user: Option<Auth<P>>| user.map(Caller::of)
    )
}

arities! {
    16 => as_argument (
        AsMarkedArgument<S>, true, Caller::Payload, [], [Caller: MarkedCaller<S>,], Caller::of
    )
}

macro_rules! cannot_read_caller {
    ($(($($argument:ident)*; $($last:ident)?))*) => {$(
        impl<H, Fut, S, M, P, V: Level, $($argument,)* $($last,)?>
            ReceivesCaller<(M, P, $($argument,)* $($last,)?), V> for Handed<H, S>
        where
            H: FnOnce(Auth<P, V>, $($argument,)* $($last,)?) -> Fut
                + Handler<(M, Auth<P, V>, $($argument,)* $($last,)?), S>,
            $($argument: CannotReadCaller<S, false>,)*
            $($last: CannotReadCaller<S, true>,)?
        {
        }
    )*};
}

arities! { 7 => cannot_read_caller }

/// The future of every function that is a handler.
pub(super) type HandlerFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

/// An extractor that cannot read the caller: one of axum's own whose implementation no application
/// can replace. `LAST` is `true` for an extractor that reads the body.
pub trait CannotReadCaller<S, const LAST: bool> {}

impl<S> CannotReadCaller<S, true> for Body {}
impl<S> CannotReadCaller<S, true> for Bytes {}
impl<S> CannotReadCaller<S, true> for String {}

impl<S, const LAST: bool> CannotReadCaller<S, LAST> for HeaderMap {}
impl<S, const LAST: bool> CannotReadCaller<S, LAST> for Method {}
impl<S, const LAST: bool> CannotReadCaller<S, LAST> for OriginalUri {}
impl<S, const LAST: bool> CannotReadCaller<S, LAST> for RawPathParams {}
impl<S, const LAST: bool> CannotReadCaller<S, LAST> for RawQuery {}
impl<S, const LAST: bool> CannotReadCaller<S, LAST> for Uri {}
impl<S, const LAST: bool> CannotReadCaller<S, LAST> for Version {}

// The bounds are axum's own: an application can implement the extractor for types outside of them.
impl<S, T, const LAST: bool> CannotReadCaller<S, LAST> for Extension<T> where
    T: Clone + Send + Sync + 'static
{
}
impl<S, T: DeserializeOwned + Send, const LAST: bool> CannotReadCaller<S, LAST> for Path<T> {}
impl<S, T: FromRef<S>, const LAST: bool> CannotReadCaller<S, LAST> for State<T> {}

/// A handler of a router with the state `S`. The compiler finds out how it receives its caller.
#[allow(missing_debug_implementations)] // it lives within one expression
pub struct Handed<H, S>(PhantomData<(H, S)>);

impl<H, S> Handed<H, S> {
    /// Names the type of the handler without calling it.
    pub fn to(_: &H, _: PhantomData<S>) -> Self {
        Self(PhantomData)
    }
}

/// A handler with an `Auth<_, V>` as its first argument and no other argument that can read the caller.
pub trait ReceivesCaller<T, V> {
    /// Returns how it receives its caller.
    fn __jam_passing(&self) -> AsArgument<V> {
        AsArgument::VALUE
    }
}

/// Any other handler.
pub trait Otherwise {
    /// Returns how it receives its caller.
    fn __jam_passing(&self) -> InRequest {
        InRequest
    }
}

impl<H, S> Otherwise for &Handed<H, S> {}
