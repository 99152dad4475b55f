//! How a handler in a table comes by its caller.
//!
//! One that takes `Auth<_>` first is given the caller as it is called. For any other one the
//! caller is noted in the request, where whatever extractor wants to know finds it; that takes some
//! thousand instructions more. Which of the two it is the compiler finds out of the
//! handler's type: `(&Handed::to(&handler, state)).passing()` is [`TakesCaller::passing`] if that
//! fits, and [`Otherwise::passing`], which needs one more reference, if it does not.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use axum::body::{Body, Bytes};
use axum::extract::{
    Extension, FromRequest, FromRequestParts, OriginalUri, Path, RawPathParams, RawQuery, Request,
    State,
};
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, Uri, Version};

use crate::access::Public;
use crate::auth::Auth;
use crate::payload::Payload;

/// How a handler comes by its caller, whose payload is `P`.
#[diagnostic::on_unimplemented(
    message = "the handler takes a caller of another payload than its rule has",
    label = "its rule is over `{P}`",
    note = "take `Auth<{P}>`, or move the row to a section whose rule is over the other payload"
)]
pub trait Passing<H, T, S, P>: Copy + Send + Sync + 'static {
    /// Whether [`call`](Self::call) passes the caller on; if not, it is in the request.
    const AS_ARGUMENT: bool = false;

    type Future: Future<Output = Response> + Send + 'static;

    /// Calls the handler, with the caller if the request does not say who it is.
    fn call(handler: H, user: Option<Auth<P>>, request: Request, state: S) -> Self::Future;

    /// The route of such a handler in front of which there is nothing.
    fn open(handler: H) -> impl Handler<T, S>;
}

/// The caller is in the request.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs)] // a value of it is all that it is
pub struct InRequest;

/// The caller is the handler's first argument.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs)] // a value of it is all that it is
pub struct AsArgument;

impl<H, T, S, P> Passing<H, T, S, P> for InRequest
where
    H: Handler<T, S>,
{
    type Future = H::Future;

    fn call(handler: H, _: Option<Auth<P>>, request: Request, state: S) -> H::Future {
        handler.call(request, state)
    }

    fn open(handler: H) -> impl Handler<T, S> {
        handler
    }
}

/// In front of an open handler there is nobody who could say who calls.
#[diagnostic::do_not_recommend]
impl<H, T, S> Passing<H, T, S, Public> for AsArgument
where
    H: Handler<T, S>,
{
    type Future = H::Future;

    fn call(handler: H, _: Option<Auth<Public>>, request: Request, state: S) -> H::Future {
        handler.call(request, state)
    }

    fn open(handler: H) -> impl Handler<T, S> {
        handler
    }
}

macro_rules! takes_caller {
    ($(($($argument:ident)*; $($last:ident)?))*) => {$(
        #[diagnostic::do_not_recommend]
        #[allow(non_snake_case, unused_mut, unused_variables)] // named as the types; one uses none
        impl<F, Fut, S, P, M, $($argument,)* $($last,)?>
            Passing<F, (M, Auth<P>, $($argument,)* $($last,)?), S, P> for AsArgument
        where
            F: FnOnce(Auth<P>, $($argument,)* $($last,)?) -> Fut
                + Handler<(M, Auth<P>, $($argument,)* $($last,)?), S, Future = Answer>,
            Fut: Future<Output: IntoResponse> + Send,
            S: Send + Sync + 'static,
            P: Payload,
            $($argument: FromRequestParts<S> + Send,)*
            $($last: FromRequest<S, M> + Send,)?
        {
            const AS_ARGUMENT: bool = true;

            type Future = Answer;

            fn call(handler: F, user: Option<Auth<P>>, request: Request, state: S) -> Answer {
                let Some(user) = user else {
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

            fn open(handler: F) -> impl Handler<(M, Auth<P>, $($argument,)* $($last,)?), S> {
                handler
            }
        }

        impl<H, S, M, P, $($argument: Unasking,)* $($last: Unasking,)?>
            TakesCaller<(M, P, $($argument,)* $($last,)?)> for Handed<H, S>
        where
            H: Handler<(M, Auth<P>, $($argument,)* $($last,)?), S>,
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

/// An extractor of axum's that does not ask who calls.
pub trait Unasking {}

impl Unasking for Body {}
impl Unasking for Bytes {}
impl<T> Unasking for Extension<T> {}
impl Unasking for HeaderMap {}
impl Unasking for Method {}
impl Unasking for OriginalUri {}
impl<T> Unasking for Path<T> {}
impl Unasking for RawPathParams {}
impl Unasking for RawQuery {}
impl<S> Unasking for State<S> {}
impl Unasking for String {}
impl Unasking for Uri {}
impl Unasking for Version {}

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
    fn passing(&self) -> AsArgument {
        AsArgument
    }
}

/// Any other handler.
pub trait Otherwise {
    /// How it comes by its caller.
    fn passing(&self) -> InRequest {
        InRequest
    }
}

impl<H, S> Otherwise for &Handed<H, S> {}
