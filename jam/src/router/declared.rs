//! Rows of `declared()`: the rule of such a row is on its handler, and the handler's type leads to it.
//!
//! `#[jam_auth(..)]` marks the first argument of a handler with the rule, or the return type if the
//! handler is public. The table is then guarded by one gate, that of [`super::guarded`], and by one
//! `Jam`: the marked argument is made here and not by its extractor, which would use the `Jam` of the
//! router's state.

use std::future::Future;

use axum::extract::{FromRequest, FromRequestParts};
use axum::handler::Handler;
use axum::response::IntoResponse;

use super::passing::{AsMarkedArgument, HandlerFuture, InRequest, NoCaller, Passing};
use super::section::route;
use super::verb::Verb;
use super::{Route, SectionRule};
use crate::arities::arities;
use crate::extract::auth::{Auth, JamState};
use crate::extract::level::{Gated, GatedWithPolicies, OpenRule, Policed};
use crate::extract::optional::Optional;
use crate::extract::policy::Policies;
use crate::response::answer::Open;
use jam_core::payload::Payload;
use jam_core::rule::{Access, AttributeRule, AttributeRules};

/// A handler with `#[jam_auth(..)]`.
#[diagnostic::on_unimplemented(
    message = "this handler declares no rule",
    label = "has no `#[jam_auth(..)]`",
    note = "put `#[jam_auth(..)]` on the function, or move the row to a section with a rule: \
            `RULE = [..]`"
)]
pub trait DeclaredHandler<T, S, K>: Sized {
    /// Returns the row that leads to the handler.
    #[allow(private_interfaces)] // for tables alone
    fn declared(self, verb: Verb, path: &'static str, name: &'static str) -> Route<S>;
}

/// The rule is that of the first argument.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums)] // it stays empty
pub enum ByCaller {}

/// The handler is public, as its return type says.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_enums)] // it stays empty
pub enum ByAnswer {}

/// The first argument of a handler with a rule.
pub trait MarkedCaller<S>: Sized {
    /// The payload of its callers.
    type Payload: Payload;

    /// The rule.
    fn rule() -> Access<Self::Payload>;

    /// Returns the policies that run after the rule.
    fn policies() -> Policies<S>;

    /// The argument, for a caller that the rule admitted; `None` if the rule needs a caller and
    /// there is none.
    fn of(user: Option<Auth<Self::Payload>>) -> Option<Self>;
}

macro_rules! marked_caller {
    ($($caller:ident, $mark:ident, ($($policed:tt)*), $policies:expr, $of:expr;)*) => {$(
        impl<S, P, R> MarkedCaller<S> for $caller<P, $mark<R>>
        where
            S: JamState,
            P: AttributeRules,
            R: AttributeRule<P> $($policed)*,
        {
            type Payload = P;

            fn rule() -> Access<P> {
                *R::rule::<()>()
            }

            fn policies() -> Policies<S> {
                $policies
            }

            fn of(user: Option<Auth<P>>) -> Option<Self> {
                $of(user)
            }
        }
    )*};
}

marked_caller! {
    Auth, Gated, (), Policies::new(), |user: Option<Auth<P>>| user.map(Auth::marked);
    Auth, GatedWithPolicies, (+ Policed<S>), R::policies().clone(),
        |user: Option<Auth<P>>| user.map(Auth::marked);
    Optional, Gated, (), Policies::new(), |user: Option<Auth<P>>| Some(user.into());
    Optional, GatedWithPolicies, (+ Policed<S>), R::policies().clone(),
        |user: Option<Auth<P>>| Some(user.into());
}

macro_rules! declared_handler {
    ($(($($argument:ident)*; $($last:ident)?))*) => {$(
        #[diagnostic::do_not_recommend]
        #[allow(private_interfaces)]
        impl<F, Fut, S, M, C, $($argument,)* $($last,)?>
            DeclaredHandler<(M, C, $($argument,)* $($last,)?), S, ByCaller> for F
        where
            F: FnOnce(C, $($argument,)* $($last,)?) -> Fut
                + Handler<(M, C, $($argument,)* $($last,)?), S, Future = HandlerFuture>
                + Sync,
            Fut: Future<Output: IntoResponse> + Send,
            S: Clone + Send + Sync + 'static,
            M: 'static,
            C: MarkedCaller<S> + Send + 'static,
            $($argument: FromRequestParts<S> + Send + 'static,)*
            $($last: FromRequest<S, M> + Send + 'static,)?
        {
            fn declared(self, verb: Verb, path: &'static str, name: &'static str) -> Route<S> {
                let passing = AsMarkedArgument::VALUE;
                route(C::rule(), verb, path, passing, self, name, C::policies())
            }
        }

        #[diagnostic::do_not_recommend]
        #[allow(private_interfaces)]
        impl<F, Fut, S, M, C, Ret, R, $($argument,)* $($last,)?>
            DeclaredHandler<(M, C, $($argument,)* $($last,)?), S, ByAnswer> for F
        where
            F: FnOnce(C, $($argument,)* $($last,)?) -> Fut
                + Handler<(M, C, $($argument,)* $($last,)?), S>
                + Sync,
            Fut: Future<Output = Open<Ret, R>>,
            S: Clone + Send + Sync + 'static,
            M: 'static,
            C: 'static,
            R: OpenRule,
            $($argument: 'static,)*
            $($last: 'static,)?
        {
            fn declared(self, verb: Verb, path: &'static str, name: &'static str) -> Route<S> {
                public(R::PUBLIC, verb, path, self, name)
            }
        }
    )*};
}

#[diagnostic::do_not_recommend]
#[allow(private_interfaces)]
impl<F, Fut, S, Ret, R> DeclaredHandler<((),), S, ByAnswer> for F
where
    F: FnOnce() -> Fut + Handler<((),), S> + Sync,
    Fut: Future<Output = Open<Ret, R>>,
    S: Clone + Send + Sync + 'static,
    R: OpenRule,
{
    fn declared(self, verb: Verb, path: &'static str, name: &'static str) -> Route<S> {
        public(R::PUBLIC, verb, path, self, name)
    }
}

fn public<H, T, S>(
    rule: impl SectionRule<Caller = NoCaller>,
    verb: Verb,
    path: &'static str,
    handler: H,
    name: &'static str,
) -> Route<S>
where
    H: Handler<T, S> + Sync,
    InRequest: Passing<H, T, S, NoCaller>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    // A closure can return the answer of a public function that it calls. Its own code is not declared
    // public then, so it is an error.
    let ty = std::any::type_name::<H>();
    // The name of a function item is its path.
    let is_function = ty.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && !["fn(", "for<", "dyn ", "alloc::", "unsafe ", "extern "]
            .iter()
            .any(|other| ty.starts_with(other))
        && !ty.ends_with("{{closure}}");
    let mut route = route(rule, verb, path, InRequest, handler, name, Policies::new());
    if !is_function {
        route.fault = Some(format!(
            "{}: `{name}` is a value without `#[jam_auth(..)]`: name the function that has \
             the attribute",
            route.row
        ));
    }
    route
}

arities! { 16 => declared_handler }
