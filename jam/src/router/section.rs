//! Sections of a table: a rule, and the rows under it. What `jam_routes!` expands to.

use axum::Router;
use axum::handler::Handler;
use axum::routing::MethodRouter;

use super::arguments;
use super::declared::DeclaredHandler;
use super::guarded::{Guard, Guarded, mounted};
use super::passing::{NoCaller, Passing};
use super::table::{RuleInfo, TableRow};
#[cfg(feature = "testing")]
use super::trial::Trial;
#[cfg(feature = "testing")]
use super::trial::callers::Callers;
use super::verb::Verb;
use super::{Build, JamRouter, Route, Target};
use crate::extract::policy::Policies;
use jam_core::payload::Payload;
use jam_core::rule::{Access, Public};

/// A rule at the head of a section.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a rule for a section of routes",
    label = "not a rule",
    note = "write `public(\"why\")`, `user::<User>()`, `declared()`, or a constant of type \
            `jam::Access<User>`"
)]
pub trait SectionRule: sealed::Sealed + Copy + Send + Sync + 'static {
    #[doc(hidden)]
    fn info(self) -> RuleInfo;

    /// The payload of the callers; [`NoCaller`] for a public rule.
    #[doc(hidden)]
    type Caller;

    #[doc(hidden)]
    fn handler<W, H, T, S>(
        self,
        verb: Verb,
        _: W,
        handler: H,
        policies: Policies<S>,
    ) -> Build<MethodRouter<S>>
    where
        H: Handler<T, S> + Sync,
        W: Passing<H, T, S, Self::Caller>,
        T: 'static,
        S: Clone + Send + Sync + 'static;

    #[doc(hidden)]
    fn router<S>(self, router: Router<S>) -> Build<Router<S>>
    where
        S: Clone + Send + Sync + 'static;

    /// The callers with which a test tries the rule.
    #[cfg(feature = "testing")]
    #[doc(hidden)]
    fn callers(self) -> Option<Box<dyn Callers>>;
}

mod sealed {
    use jam_core::payload::Payload;
    use jam_core::rule::{Access, Public};

    /// Implemented by the rules of this crate alone.
    pub trait Sealed {}

    impl Sealed for Public {}
    impl<P: Payload> Sealed for Access<P> {}
}

#[diagnostic::do_not_recommend]
impl SectionRule for Public {
    type Caller = NoCaller;

    fn info(self) -> RuleInfo {
        RuleInfo::public(self)
    }

    // `check` rejects a public route with a policy before it is built.
    fn handler<W, H, T, S>(
        self,
        verb: Verb,
        _: W,
        handler: H,
        _: Policies<S>,
    ) -> Build<MethodRouter<S>>
    where
        H: Handler<T, S> + Sync,
        W: Passing<H, T, S, NoCaller>,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        Box::new(move |_| verb.route(handler))
    }

    fn router<S>(self, router: Router<S>) -> Build<Router<S>>
    where
        S: Clone + Send + Sync + 'static,
    {
        Box::new(move |_| router)
    }

    #[cfg(feature = "testing")]
    fn callers(self) -> Option<Box<dyn Callers>> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<P: Payload> SectionRule for Access<P> {
    type Caller = P;

    fn info(self) -> RuleInfo {
        RuleInfo::of(&self)
    }

    fn handler<W, H, T, S>(
        self,
        verb: Verb,
        _: W,
        handler: H,
        policies: Policies<S>,
    ) -> Build<MethodRouter<S>>
    where
        H: Handler<T, S> + Sync,
        W: Passing<H, T, S, P>,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        Box::new(move |jam| {
            let guard = Guard::new(jam, self);
            verb.route(Guarded::<W, _, _, _>::new(guard, policies, handler))
        })
    }

    fn router<S>(self, router: Router<S>) -> Build<Router<S>>
    where
        S: Clone + Send + Sync + 'static,
    {
        Box::new(move |jam| mounted(Guard::new(jam, self), router))
    }

    #[cfg(feature = "testing")]
    fn callers(self) -> Option<Box<dyn Callers>> {
        Some(Box::new(self))
    }
}

#[doc(hidden)]
#[must_use]
#[allow(missing_debug_implementations)] // it lives within one statement
pub struct Section<S, R> {
    table: JamRouter<S>,
    rule: R,
}

impl<S: Clone + Send + Sync + 'static, R: SectionRule> Section<S, R> {
    pub(super) fn new(table: JamRouter<S>, rule: R) -> Self {
        Self { table, rule }
    }

    /// A row under the section's own rule.
    pub fn route<W, H, T>(
        mut self,
        verb: Verb,
        path: &'static str,
        passing: W,
        handler: H,
        name: &'static str,
    ) -> Self
    where
        H: Handler<T, S> + Sync,
        W: Passing<H, T, S, R::Caller>,
        T: 'static,
    {
        let policies = Policies::new();
        let route = route(self.rule, verb, path, passing, handler, name, policies);
        self.table.routes.push(route.checked::<R::Caller, T>());
        self
    }

    /// A row under a rule that narrows the section's.
    #[allow(clippy::too_many_arguments)] // only the macro calls it
    pub fn row<N, W, H, T>(
        mut self,
        rule: N,
        verb: Verb,
        path: &'static str,
        passing: W,
        handler: H,
        name: &'static str,
        policies: Policies<S>,
    ) -> Self
    where
        N: SectionRule,
        H: Handler<T, S> + Sync,
        W: Passing<H, T, S, N::Caller>,
        T: 'static,
    {
        let route = route(rule, verb, path, passing, handler, name, policies);
        self.table.routes.push(route.checked::<N::Caller, T>());
        self
    }

    /// A router under the section's own rule.
    pub fn mount(self, path: &'static str, router: Router<S>, name: &'static str) -> Self {
        let rule = self.rule;
        self.mount_by(rule, path, router, name, Policies::new())
    }

    /// A router under a rule that narrows the section's.
    #[allow(clippy::needless_pass_by_value)] // as in `row`
    pub fn mount_by<N: SectionRule>(
        mut self,
        rule: N,
        path: &'static str,
        router: Router<S>,
        name: &'static str,
        policies: Policies<S>,
    ) -> Self {
        self.table.routes.push(Route {
            row: TableRow::new("MOUNT", path, name, rule.info(), policies.names()),
            target: Target::Router(rule.router(router)),
            fault: None,
            #[cfg(feature = "testing")]
            trial: Trial::mount(rule),
        });
        self
    }

    pub fn end(self) -> JamRouter<S> {
        self.table
    }
}

#[doc(hidden)]
#[must_use]
#[allow(missing_debug_implementations)] // it lives within one statement
pub struct DeclaredSection<S> {
    table: JamRouter<S>,
}

impl<S: Clone + Send + Sync + 'static> DeclaredSection<S> {
    pub(super) fn new(table: JamRouter<S>) -> Self {
        Self { table }
    }

    /// A row whose rule is on its handler.
    pub fn route<H, T, K>(
        mut self,
        verb: Verb,
        path: &'static str,
        handler: H,
        name: &'static str,
    ) -> Self
    where
        H: Handler<T, S> + DeclaredHandler<T, S, K>,
    {
        self.table.routes.push(handler.declared(verb, path, name));
        self
    }

    pub fn end(self) -> JamRouter<S> {
        self.table
    }
}

/// The row of a handler.
pub(super) fn route<N, W, H, T, S>(
    rule: N,
    verb: Verb,
    path: &'static str,
    passing: W,
    handler: H,
    name: &'static str,
    policies: Policies<S>,
) -> Route<S>
where
    N: SectionRule,
    H: Handler<T, S> + Sync,
    W: Passing<H, T, S, N::Caller>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    Route {
        row: TableRow::new(verb.as_str(), path, name, rule.info(), policies.names()),
        target: Target::Handler(rule.handler(verb, passing, handler, policies)),
        fault: None,
        #[cfg(feature = "testing")]
        trial: Trial::row(rule, verb),
    }
}

impl<S> Route<S> {
    /// Compares the arguments of the handler, `T`, with the rule, whose callers are `P`.
    fn checked<P, T>(mut self) -> Self {
        self.fault = arguments::fault::<P, T>(&self.row);
        self
    }
}
