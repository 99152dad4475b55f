//! The matrix: every route against every kind of caller that must be rejected.

use std::any::Any;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use super::ManualClock;
use crate::router::trial::callers::{self, Bench};
use crate::router::trial::routes::Route;
use crate::router::trial::stand_ins::StandIns;
use crate::router::{JamRouter, TableRow};
use crate::setup::jam::Jam;
use jam_core::payload::Payload;
use jam_core::rule::BackendName;
use jam_core::session::Sessions;
use jam_core::token::Jwt;

/// Panics if any route admits a caller that its rule must reject.
///
/// It calls every route through its rule with every kind of caller that the rule must reject: without a
/// credential, with one that is garbage, forged, expired or revoked, without each required role and scope,
/// signed in too long ago, from another site, or, on a page for guests, signed in. It also calls every
/// route with a caller that the rule must admit, which finds a rule that no caller can meet. Handlers and
/// policies do not run, so the test needs no state, no bodies and no database. Routes that are added to the
/// router beside the table are not tested. Payloads are generated; see [`Denials`] for types for which that
/// fails.
///
/// `open` lists the routes that admit anonymous requests, each as `"GET /path"` (`MOUNT` and `ANY` as in the
/// table). So the test fails for a route that was opened by mistake, and an intended opening is reviewed in
/// the list.
///
/// # Panics
///
/// Panics if a route admits a caller that it must reject, and lists each route and caller.
///
/// ```
/// # use jam::{Access, JamPayload, JamRouter, dsl::user, jam_routes};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// # struct User { user: u64 }
/// # async fn health() {}
/// # async fn notes() {}
/// const API: Access<User> = user().backend("jwt");
///
/// fn routes() -> JamRouter {
///     jam_routes![public("probe") = [get("/healthz", health)], API = [get("/notes", notes)]]
/// }
///
/// // In a #[test]:
/// jam::testing::assert_denies(routes(), ["GET /healthz"]);
/// ```
#[track_caller]
pub fn assert_denies<S>(routes: JamRouter<S>, open: impl IntoIterator<Item = impl AsRef<str>>)
where
    S: Clone + Send + Sync + 'static,
{
    Denials::of(routes).open(open).assert();
}

/// The test of [`assert_denies`], with payloads of your own for types that accept only some texts or numbers.
///
/// ```
/// # use jam::{Access, JamPayload, JamRouter, dsl::user, jam_routes};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// # struct User { iban: String }
/// # async fn notes() {}
/// const API: Access<User> = user().backend("jwt");
///
/// fn routes() -> JamRouter { jam_routes![API = [get("/notes", notes)]] }
///
/// jam::testing::Denials::of(routes())
///     .sample(User { iban: "GB82 WEST 1234 5698 7654 32".to_owned() })
///     .assert();
/// ```
#[must_use = "nothing is tried until .assert() is called"]
pub struct Denials<S = ()> {
    routes: JamRouter<S>,
    open: Vec<String>,
    samples: Vec<Box<dyn Any + Send + Sync>>,
}

impl<S: Clone + Send + Sync + 'static> Denials<S> {
    /// The matrix of `routes`.
    pub fn of(routes: JamRouter<S>) -> Self {
        Self {
            routes,
            open: Vec::new(),
            samples: Vec::new(),
        }
    }

    /// Lists the routes that admit anonymous requests, each as `"GET /path"`.
    pub fn open(mut self, routes: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let routes = routes.into_iter();
        self.open
            .extend(routes.map(|route| route.as_ref().to_owned()));
        self
    }

    /// A caller's payload. Its roles and scopes do not matter: they are changed to what a rule
    /// needs.
    pub fn sample<P: Payload>(mut self, payload: P) -> Self {
        self.samples.push(Box::new(payload));
        self
    }

    /// Calls every route as every kind of caller.
    ///
    /// # Panics
    ///
    /// Panics if a route admits a caller that its rule must reject, rejects one that it must admit, or is open
    /// without being listed, with a line for each.
    #[track_caller]
    pub fn assert(self) {
        let faults = self.faults();
        assert!(
            faults.is_empty(),
            "the routes do not enforce what they declare:\n{}",
            faults.join("\n")
        );
    }

    fn faults(self) -> Vec<String> {
        let mut faults = Vec::new();
        let rows = self.routes.table().rows().to_vec();
        check_open(&rows, &self.open, &mut faults);

        let clock = ManualClock::at(1_800_000_000);
        let mut stand_ins = StandIns::default();
        self.routes.stand_ins(&mut stand_ins);
        let jam = jam(&rows, &clock, stand_ins);
        let (app, callers_by_route) = match self.routes.trial(&jam) {
            Ok((router, callers_by_route)) => (router.with_state(jam.clone()), callers_by_route),
            Err(error) => {
                faults.push(error.to_string());
                return faults;
            }
        };
        let bench = Bench {
            app,
            jam,
            clock,
            samples: self.samples,
        };
        for (row, (id, callers)) in rows.iter().zip(callers_by_route) {
            let Some(callers) = callers else { continue };
            let route = Route::of(row, id, &rows);
            faults.extend(block_on(callers.call(&bench, row, &route)));
        }
        faults
    }
}

impl<S> std::fmt::Debug for Denials<S> {
    // The samples are not printed: they can hold personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Denials")
            .field("routes", &self.routes)
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

/// Compares the routes that admit anonymous requests with the list.
fn check_open(rows: &[TableRow], listed: &[String], faults: &mut Vec<String>) {
    let name = |row: &TableRow| format!("{} {}", row.method, row.path);
    for row in rows.iter().filter(|row| row.allows_anonymous()) {
        let name = name(row);
        if !listed.contains(&name) {
            faults.push(format!(
                "{row} admits anonymous requests ({}): if that is intended, list {name:?} as open",
                row.rule
            ));
        }
    }
    for listed in listed {
        match rows.iter().find(|row| name(row) == *listed) {
            Some(row) if row.allows_anonymous() => {}
            Some(_) => faults.push(format!(
                "{listed:?} is listed as open, but rejects anonymous requests"
            )),
            None => faults.push(format!(
                "{listed:?} is listed as open, but the table has no such route"
            )),
        }
    }
}

/// Builds a `Jam` with every backend that a rule names. Its sessions live longer than any `fresh` allows.
fn jam(rows: &[TableRow], clock: &ManualClock, stand_ins: StandIns) -> Jam {
    let names = |wanted| {
        rows.iter()
            .flat_map(TableRow::backends)
            .any(|backend| backend == wanted)
    };
    let unnamed = names(None);
    let sessions = names(Some(BackendName::Session));
    // A rule without a backend uses the only one.
    let tokens = names(Some(BackendName::Jwt)) || !sessions;
    let mut builder = Jam::builder()
        .clock(clock.clone())
        .with_own_backends(stand_ins.into_backends());
    if tokens || !unnamed {
        builder = builder.jwt(Jwt::hs256_random());
    }
    if sessions || !unnamed {
        let life = Duration::from_secs(callers::LIFE);
        let store = Sessions::in_memory()
            .idle_timeout(life)
            .absolute_timeout(life);
        builder = builder.sessions(store);
    }
    match builder.build() {
        Ok(jam) => jam,
        Err(error) => panic!("{error}"),
    }
}

/// Waits for a future without a runtime: everything here is in memory.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::any;
    use axum::{Extension, Router};
    use serde::{Deserialize, Serialize};

    use super::{Bench, Denials, ManualClock, Route, StandIns, block_on, jam};
    use crate::router::passing::InRequest;
    use crate::router::trial::Reached;
    use crate::router::{JamRouter, Verb};
    use crate::{JamPayload, JamRole, Scopes};
    use jam_core::rule::{Access, dsl::*};

    #[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JamRole)]
    #[jam(crate = crate)]
    enum Role {
        Admin,
    }

    #[derive(Clone, Serialize, Deserialize, JamPayload)]
    #[jam(role = Role, scopes("write"), crate = crate)]
    struct User {
        #[jam(roles)]
        roles: Vec<Role>,
        #[jam(scopes)]
        scopes: Scopes,
    }

    async fn handler() {}

    /// Returns the faults that the test finds if `app` answers in place of the routes.
    fn faults_of(routes: JamRouter, app: impl Fn(usize) -> Router) -> Vec<String> {
        let routes = Denials::of(routes).routes;
        let clock = ManualClock::at(1_800_000_000);
        let rows = routes.table().rows().to_vec();
        let jam = jam(&rows, &clock, StandIns::default());
        let (_, callers_by_route) = routes.trial(&jam).expect("the table is served");
        let mut faults = Vec::new();
        for (row, (id, callers)) in rows.iter().zip(callers_by_route) {
            let bench = Bench {
                app: app(id),
                jam: jam.clone(),
                clock: clock.clone(),
                samples: Vec::new(),
            };
            let route = Route::of(row, id, &rows);
            faults.extend(block_on(callers.expect("a rule").call(&bench, row, &route)));
        }
        faults
    }

    /// Admits every request.
    fn open(id: usize) -> Router {
        Router::new().fallback(any(async move || Extension(Reached(id))))
    }

    #[test]
    fn a_gate_that_rejects_no_caller_is_reported_for_each_kind_of_caller() {
        const RULE: Access<User> = user()
            .backend("session")
            .cookie("sid")
            .role(Role::Admin)
            .scope("write")
            .fresh(minutes(5));
        const API: Access<User> = user().backend("jwt");
        let table = || {
            JamRouter::new()
                .section(RULE)
                .route(Verb::Post, "/", InRequest, handler, "h")
                .end()
        };
        assert_eq!(
            faults_of(table(), open),
            [
                "a caller without a credential",
                "a caller with garbage",
                "a caller with a revoked credential",
                "a caller with an expired credential",
                "a caller without role Admin",
                "a caller without scope write",
                "a caller who signed in 300 s ago",
                "a caller sent by another site (sec-fetch-site)",
                "a caller sent by another site (origin)",
            ]
            .map(|caller| format!("POST / (`h`) admits {caller}"))
        );
        let table = || {
            JamRouter::new()
                .section(API)
                .route(Verb::Any, "/", InRequest, handler, "h")
                .end()
        };
        assert_eq!(
            faults_of(table(), open)[2],
            "ANY / (`h`) admits a caller with a forged credential"
        );
        let guests = JamRouter::new().section(RULE_OF_GUESTS);
        assert_eq!(
            faults_of(
                guests.route(Verb::Post, "/", InRequest, handler, "h").end(),
                open
            ),
            [
                "an anonymous request sent by another site (sec-fetch-site)",
                "an anonymous request sent by another site (origin)",
                "a signed-in caller",
            ]
            .map(|caller| format!("POST / (`h`) admits {caller}"))
        );
    }

    const RULE_OF_GUESTS: Access<User> = user().backend("session").cookie("sid").guest();

    #[test]
    fn a_gate_that_admits_by_a_way_that_is_not_met_is_reported() {
        const EITHER: Access<User> = user()
            .backend("jwt")
            .role(Role::Admin)
            .or(user().backend("jwt").scope("write"))
            .hide();
        let table = JamRouter::new().section(EITHER);
        let table = table
            .route(Verb::Get, "/{{x}}/{id}", InRequest, handler, "h")
            .end();
        let faults = faults_of(table, open);
        let found = |caller: &str| faults.iter().any(|fault| fault.ends_with(caller));
        assert!(found("admits a caller without role Admin"), "{faults:?}");
        assert!(found("admits a caller without scope write"), "{faults:?}");
    }

    #[test]
    fn a_gate_that_does_not_hide_is_reported() {
        const HIDDEN: Access<User> = user().backend("jwt").role(Role::Admin).hide();
        let table = JamRouter::new().section(HIDDEN);
        let table = table.route(Verb::Get, "/", InRequest, handler, "h").end();
        let forbidden = |_| Router::new().fallback(any(async || http::StatusCode::FORBIDDEN));
        let faults = faults_of(table, forbidden);
        let wanted = "GET / (`h`) answers a caller without role Admin with 403, not [404]";
        assert!(faults.iter().any(|fault| fault == wanted), "{faults:?}");
    }

    #[test]
    fn a_gate_that_rejects_every_caller_and_one_that_fails_are_reported() {
        const API: Access<User> = user().backend("jwt");
        let table = || {
            JamRouter::new()
                .section(API)
                .route(Verb::Get, "/", InRequest, handler, "h")
                .end()
        };
        let status = |status| {
            let answer = async move || http::StatusCode::from_u16(status).expect("a status");
            move |_| Router::new().fallback(any(answer))
        };
        assert_eq!(
            faults_of(table(), status(401)),
            ["GET / (`h`) rejects a caller that meets the rule with 401"]
        );
        let faults = faults_of(table(), status(500));
        assert_eq!(
            faults[0],
            "GET / (`h`) answers a caller without a credential with 500, not [401]"
        );
        assert_eq!(faults.len(), 5);
    }
}
