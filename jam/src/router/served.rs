//! A compile error for a program that serves a table instead of its router.

use std::convert::Infallible;
use std::future::Ready;
use std::task::{Context, Poll};

use axum::response::Response;
use tower_service::Service;

use super::JamRouter;

/// Implemented by no table.
#[diagnostic::on_unimplemented(
    message = "a table of routes is not a service yet",
    label = "a `JamRouter`",
    note = "make an `axum::Router` of it: `routes().into_router(&jam)?`"
)]
pub trait Served {
    /// Never returns, since nothing implements the trait.
    fn never<T>(&self) -> T;
}

#[doc(hidden)]
impl<S: Clone, R> Service<R> for JamRouter<S>
where
    Self: Served,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.never()
    }

    fn call(&mut self, _: R) -> Self::Future {
        self.never()
    }
}
