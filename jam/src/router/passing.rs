//! How a handler in a table comes by its caller.
//!
//! One that takes `Auth<_>` first is given the caller as it is called. For any other one the
//! caller is noted in the request, where whatever extractor wants to know finds it; that takes some
//! thousand instructions more. Which of the two it is the compiler finds out of the handler's
//! type: `(&Handed::to(&handler, state)).__jam_passing()` is that of [`TakesCaller`] if it fits, and
//! that of [`Otherwise`], which needs one more reference, if it does not.

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

use crate::access::Public;
use crate::auth::Auth;
use crate::payload::Payload;

/// How a handler comes by its caller, whose payload is `P`.
pub trait Passing<H, T, S, P>: Copy + Send + Sync + 'static {
    /// Whether [`call`](Self::call) passes the caller on; if not, it is in the request.
    const AS_ARGUMENT: bool = false;

    /// Calls the handler, with the caller if the request does not say who it is.
    // That it is a handler is asked for here, so that rustc says it of the handler.
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

/// The caller is the handler's first argument.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs)] // a value of it is all that it is
pub struct AsArgument;

impl<H, T, S, P> Passing<H, T, S, P> for InRequest {}

/// In front of an open handler there is nobody who could say who calls.
#[diagnostic::do_not_recommend]
impl<H, T, S> Passing<H, T, S, Public> for AsArgument {}

/// A caller whose payload is `P`.
#[diagnostic::on_unimplemented(
    message = "the handler takes a caller of another payload than its rule has",
    label = "its rule is over `{P}`",
    note = "take `Auth<{P}>`, or move the row to a section whose rule is over the other payload"
)]
pub trait CallerOf<P>: Send + Sized + 'static {
    /// The same.
    fn of(user: Auth<P>) -> Self;
}

impl<P: Payload> CallerOf<P> for Auth<P> {
    fn of(user: Self) -> Self {
        user
    }
}

macro_rules! takes_caller {
    ($(($($argument:ident)*; $($last:ident)?))*) => {$(
        // The caller is a type of its own here: rustc would not look at the handler for what it
        // takes, if it said here already what that must be.
        #[allow(non_snake_case, unused_mut, unused_variables)] // named as the types; one uses none
        impl<F, Fut, S, P, M, Caller, $($argument,)* $($last,)?>
            Passing<F, (M, Caller, $($argument,)* $($last,)?), S, P> for AsArgument
        where
            F: FnOnce(Caller, $($argument,)* $($last,)?) -> Fut
                + Handler<(M, Caller, $($argument,)* $($last,)?), S, Future = Answer>,
            Fut: Future<Output: IntoResponse> + Send,
            S: Send + Sync + 'static,
            P: Payload,
            Caller: CallerOf<P>,
            $($argument: FromRequestParts<S> + Send,)*
            $($last: FromRequest<S, M> + Send,)?
        {
            const AS_ARGUMENT: bool = true;

            fn call(handler: F, user: Option<Auth<P>>, request: Request, state: S) -> Answer {
                let Some(user) = user else {
                    return handler.call(request, state);
                };
                let (user, (mut parts, body)) = (Caller::of(user), request.into_parts());
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

        impl<H, Fut, S, M, P, $($argument,)* $($last,)?>
            TakesCaller<(M, P, $($argument,)* $($last,)?)> for Handed<H, S>
        where
            H: FnOnce(Auth<P>, $($argument,)* $($last,)?) -> Fut
                + Handler<(M, Auth<P>, $($argument,)* $($last,)?), S>,
            $($argument: Unasking<S, false>,)*
            $($last: Unasking<S, true>,)?
        {
        }
    )*};
}

takes_caller! {
    (;)
    (; A)
    (A; B)
    (A B; C)
    (A B C; D)
    (A B C D; E)
    (A B C D E; G)
}

/// The future of every function that is a handler.
type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// An extractor that does not ask who calls: one of axum's own, where nobody else can have written
/// it. What reads the body is `LAST`, and an extractor of the application's elsewhere.
pub trait Unasking<S, const LAST: bool> {}

impl<S> Unasking<S, true> for Body {}
impl<S> Unasking<S, true> for Bytes {}
impl<S> Unasking<S, true> for String {}

impl<S, const LAST: bool> Unasking<S, LAST> for HeaderMap {}
impl<S, const LAST: bool> Unasking<S, LAST> for Method {}
impl<S, const LAST: bool> Unasking<S, LAST> for OriginalUri {}
impl<S, const LAST: bool> Unasking<S, LAST> for RawPathParams {}
impl<S, const LAST: bool> Unasking<S, LAST> for RawQuery {}
impl<S, const LAST: bool> Unasking<S, LAST> for Uri {}
impl<S, const LAST: bool> Unasking<S, LAST> for Version {}

// With axum's own bounds: of other types these are extractors too, if somebody writes them.
impl<S, T, const LAST: bool> Unasking<S, LAST> for Extension<T> where
    T: Clone + Send + Sync + 'static
{
}
impl<S, T: DeserializeOwned + Send, const LAST: bool> Unasking<S, LAST> for Path<T> {}
impl<S, T: FromRef<S>, const LAST: bool> Unasking<S, LAST> for State<T> {}

/// A handler of a router with the state `S`, of which the compiler finds out how it comes by its
/// caller.
#[allow(missing_debug_implementations)] // it lives within one expression
pub struct Handed<H, S>(PhantomData<(H, S)>);

impl<H, S> Handed<H, S> {
    /// The handler is looked at, and not called.
    pub fn to(_: &H, _: PhantomData<S>) -> Self {
        Self(PhantomData)
    }
}

/// Takes an `Auth<_>` first, and then nothing that could ask who calls.
pub trait TakesCaller<T> {
    /// How it comes by its caller.
    fn __jam_passing(&self) -> AsArgument {
        AsArgument
    }
}

/// Any other handler.
pub trait Otherwise {
    /// How it comes by its caller.
    fn __jam_passing(&self) -> InRequest {
        InRequest
    }
}

impl<H, S> Otherwise for &Handed<H, S> {}
