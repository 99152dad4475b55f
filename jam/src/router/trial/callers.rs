//! The callers of a route in the test of a table, and the answer that each must get.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use tower_service::Service;

use super::Reached;
use super::payloads;
use super::routes::Route;
use super::stand_ins::{self, StandIns};
use crate::router::TableRow;
use crate::setup::jam::Jam;
use jam_core::base::clock::ManualClock;
use jam_core::gate;
use jam_core::payload::{Payload, Role};
use jam_core::rule::condition::fresh::SignedInWithin;
use jam_core::rule::{Access, Audience, BackendName, Condition, Source, Way};
use jam_core::token::Jwt;

/// The lifetime of a session of the matrix, in seconds: longer than any `fresh` allows.
pub(crate) const LIFE: u64 = 100 * 365 * 24 * 60 * 60;

/// The application and the tools for every row.
#[allow(missing_debug_implementations, unreachable_pub)] // named by a hidden method alone
pub struct Bench {
    /// The routes, with their rules and without their handlers.
    pub(crate) app: Router,
    pub(crate) jam: Jam,
    pub(crate) clock: ManualClock,
    pub(crate) samples: Vec<Box<dyn Any + Send + Sync>>,
}

type Faults<'a> = Pin<Box<dyn Future<Output = Vec<String>> + Send + 'a>>;

/// The callers that a test sends to a route under one rule.
#[allow(unreachable_pub)]
pub trait Callers: Send + Sync {
    /// Adds a stand-in for every custom backend that the rule names.
    fn stand_ins(&self, stand_ins: &mut StandIns);

    /// Sends every caller, and returns a line for each wrong answer.
    fn call<'a>(&'a self, bench: &'a Bench, row: &'a TableRow, route: &'a Route) -> Faults<'a>;
}

impl<P: Payload> Callers for Access<P> {
    fn stand_ins(&self, stand_ins: &mut StandIns) {
        for way in self.ways() {
            if let Some(BackendName::Own(id)) = way.backend {
                stand_ins.add::<P>(id);
            }
        }
    }

    fn call<'a>(&'a self, bench: &'a Bench, row: &'a TableRow, route: &'a Route) -> Faults<'a> {
        Box::pin(async move {
            let mut matrix = Matrix {
                bench,
                row,
                route,
                access: self,
                faults: Vec::new(),
            };
            if let Err(why) = matrix.run().await {
                let fault = format!("{row} cannot be tried: {why}");
                matrix.faults.push(fault);
            }
            matrix.faults
        })
    }
}

/// The callers of one row.
struct Matrix<'a, P: Payload> {
    bench: &'a Bench,
    row: &'a TableRow,
    route: &'a Route,
    access: &'a Access<P>,
    faults: Vec<String>,
}

/// A field of a request's head.
type Field = (&'static str, String);

/// The statuses that a caller may get; none for a caller that the rule admits.
type Statuses = &'static [u16];

/// The credential is missing or invalid.
const UNAUTHORIZED: Statuses = &[401];
/// The caller does not meet the rule.
const FORBIDDEN: Statuses = &[403];
const HIDDEN: Statuses = &[404];
/// Each way of a rule can reject with its own status.
const BY_ANY_WAY: Statuses = &[401, 403, 404];
/// The route is for guests.
const SIGNED_IN: Statuses = &[303, 403];
const NONE: Statuses = &[];

impl<'a, P: Payload> Matrix<'a, P> {
    async fn run(&mut self) -> Result<(), String> {
        let statuses = match self.access.allows_anonymous() {
            true => NONE,
            false => UNAUTHORIZED,
        };
        self.expect(statuses, "a caller without a credential", None, own_site())
            .await;
        if matches!(self.access.audience, Audience::Guests { .. }) {
            for site in other_sites() {
                self.expect_change("an anonymous request", None, site).await;
            }
        }
        for way in self.access.ways() {
            for source in way.sources_for(Some(self.backend(way))) {
                self.bad_credentials(way, source).await?;
                self.bad_callers(way, source).await?;
                self.good_callers(way, source).await?;
            }
        }
        Ok(())
    }

    /// Sends invalid credentials. A rule that admits anonymous requests treats an invalid cookie as none.
    async fn bad_credentials(&mut self, way: &Way<P::Role>, source: Source) -> Result<(), String> {
        if self.access.allows_anonymous() && matches!(source, Source::Cookie(_)) {
            return Ok(());
        }
        let payload = payloads::meeting(self.given(), way)?;
        let backend = self.backend(way);
        let Bench { jam, clock, .. } = self.bench;
        let mut bad = vec![("a caller with garbage", "garbage".to_owned())];
        if backend == BackendName::Session {
            let token = jam.create_session("matrix", &payload).await.map_err(text)?;
            jam.delete_session(&token).await.map_err(text)?;
            bad.push((
                "a caller with a revoked credential",
                token.as_str().to_owned(),
            ));
        }
        if backend == BackendName::Jwt {
            let forger = Jam::builder().jwt(Jwt::hs256_random());
            let forger = forger.clock(clock.clone()).build().map_err(text)?;
            let token = forger.gen_jwt_token(&forger.make_payload(payload.clone()));
            bad.push((
                "a caller with a forged credential",
                token.map_err(text)?.into_string(),
            ));
        }
        for (caller, credential) in bad {
            let field = field(source, &credential);
            self.expect(UNAUTHORIZED, caller, Some(field), own_site())
                .await;
        }
        let expired = field(source, &self.mint(backend, &payload).await?);
        clock.advance(LIFE);
        let caller = "a caller with an expired credential";
        self.expect(UNAUTHORIZED, caller, Some(expired), own_site())
            .await;
        Ok(())
    }

    /// Sends valid credentials of callers that do not meet the rule.
    async fn bad_callers(&mut self, way: &Way<P::Role>, source: Source) -> Result<(), String> {
        let backend = self.backend(way);
        for (at, condition) in way.conditions().enumerate() {
            if condition.is_met_by_login() {
                continue;
            }
            let others: Vec<_> = self.beside(way, source).collect();
            let Some(payload) = payloads::lacking(self.given(), way, at, &others)? else {
                continue;
            };
            let statuses = match gate::hides(
                self.bench.jam.authenticator(),
                self.access,
                (source, backend),
            ) {
                true => HIDDEN,
                false => FORBIDDEN,
            };
            // If another way would admit the caller after a new login, the answer is 401.
            let statuses = match others.iter().any(|other| max_age(other).is_some()) {
                true => BY_ANY_WAY,
                false => statuses,
            };
            let credential = field(source, &self.mint(backend, &payload).await?);
            let caller = format!("a caller without {condition}");
            self.expect(statuses, &caller, Some(credential), own_site())
                .await;
        }
        let payload = payloads::meeting(self.given(), way)?;
        if let Some(age) = max_age(way)
            && !self.beside(way, source).any(|other| meets(other, &payload))
        {
            let credential = self.mint_ago(backend, &payload, age).await?;
            let caller = format!("a caller who signed in {age} s ago");
            let credential = Some(field(source, &credential));
            self.expect(UNAUTHORIZED, &caller, credential, own_site())
                .await;
        }
        Ok(())
    }

    async fn good_callers(&mut self, way: &Way<P::Role>, source: Source) -> Result<(), String> {
        let payload = payloads::meeting(self.given(), way)?;
        let credential = self.mint(self.backend(way), &payload).await?;
        let credential = Some(field(source, &credential));
        if matches!(self.access.audience, Audience::Guests { .. }) {
            let caller = "a signed-in caller";
            self.expect(SIGNED_IN, caller, credential, own_site()).await;
            return Ok(());
        }
        let caller = "a caller that meets the rule";
        self.expect(NONE, caller, credential.clone(), own_site())
            .await;
        if matches!(source, Source::Cookie(_)) {
            for site in other_sites() {
                self.expect_change("a caller", credential.clone(), site)
                    .await;
            }
        }
        Ok(())
    }

    /// Sends one request with a safe method, if the row has one.
    async fn expect(
        &mut self,
        statuses: Statuses,
        caller: &str,
        credential: Option<Field>,
        site: Field,
    ) {
        let method = self.route.reads;
        self.send(method, statuses, caller, credential, site).await;
    }

    /// Sends one request from another site, if the row has an unsafe method.
    async fn expect_change(&mut self, caller: &str, credential: Option<Field>, site: Field) {
        let Some(method) = self.route.changes else {
            return;
        };
        let caller = format!("{caller} sent by another site ({})", site.0);
        self.send(method, FORBIDDEN, &caller, credential, site)
            .await;
    }

    async fn send(
        &mut self,
        method: &str,
        statuses: Statuses,
        caller: &str,
        credential: Option<Field>,
        site: Field,
    ) {
        let row = self.row;
        let mut request = Request::builder()
            .method(method)
            .uri(&self.route.path)
            .header("host", "app.example");
        for (name, value) in credential.into_iter().chain([site]) {
            request = request.header(name, value);
        }
        let request = match request.body(Body::empty()) {
            Ok(request) => request,
            Err(error) => return self.faults.push(format!("{row} cannot be called: {error}")),
        };
        let Ok(response) = self.bench.app.clone().call(request).await;
        let status = response.status().as_u16();
        let reached = match response.extensions().get::<Reached>() {
            Some(Reached(id)) if *id != self.route.id => {
                let fault = format!("{row} is not tried: another row answers {method}");
                return self.faults.push(fault);
            }
            reached => reached.is_some(),
        };
        let fault = match (reached, statuses.is_empty()) {
            (true, true) => return,
            (true, false) => format!("{row} admits {caller}"),
            (false, true) => format!("{row} rejects {caller} with {status}"),
            (false, false) if statuses.contains(&status) => return,
            (false, false) => format!("{row} answers {caller} with {status}, not {statuses:?}"),
        };
        self.faults.push(fault);
    }

    fn backend(&self, way: &Way<P::Role>) -> BackendName {
        let named = way
            .backend
            .or(self.bench.jam.authenticator().only_backend());
        named.unwrap_or(BackendName::Jwt)
    }

    /// Returns the other ways of the rule that read the same source.
    fn beside(
        &self,
        way: &Way<P::Role>,
        source: Source,
    ) -> impl Iterator<Item = &'a Way<P::Role>> + use<'a, P> {
        let own = way.to_string();
        let ways = self.access.ways();
        ways.filter(move |other| other.reads(source) && other.to_string() != own)
    }

    /// Returns the sample that the test gave for this rule.
    fn given(&self) -> Option<&P> {
        let mut given = self.bench.samples.iter();
        given.find_map(|sample| sample.downcast_ref())
    }

    /// Returns the credential of a caller that signed in now.
    async fn mint(&self, backend: BackendName, payload: &P) -> Result<String, String> {
        self.mint_ago(backend, payload, 0).await
    }

    /// Returns the credential of a caller that signed in `ago` seconds ago. Advances the clock by `ago`.
    async fn mint_ago(
        &self,
        backend: BackendName,
        payload: &P,
        ago: u64,
    ) -> Result<String, String> {
        let Bench { jam, clock, .. } = self.bench;
        let auth_time = clock.now();
        if backend == BackendName::Session {
            let token = jam.create_session("matrix", payload).await.map_err(text)?;
            clock.advance(ago);
            return Ok(token.as_str().to_owned());
        }
        clock.advance(ago);
        if let BackendName::Own(_) = backend {
            let expires_at = clock.now() + LIFE;
            return Ok(stand_ins::credential(payload, auth_time, expires_at));
        }
        let claims = jam.make_payload(payload.clone()).with_auth_time(auth_time);
        Ok(jam.gen_jwt_token(&claims).map_err(text)?.into_string())
    }
}

/// Returns the maximum age of the login in seconds, if the way has one.
fn max_age<R: Role>(way: &Way<R>) -> Option<u64> {
    way.conditions().find_map(|condition| match condition {
        Condition::Fresh(SignedInWithin(age)) => Some(age),
        _ => None,
    })
}

/// Returns `true` if a caller that has just signed in meets this way.
fn meets<P: Payload>(way: &Way<P::Role>, payload: &P) -> bool {
    way.conditions()
        .all(|condition| gate::meets(payload, condition))
}

/// Returns the header with the credential.
fn field(source: Source, credential: &str) -> Field {
    if let Some(name) = source.cookie_name() {
        return ("cookie", format!("{name}={credential}"));
    }
    match source.header_name() {
        name if name.eq_ignore_ascii_case("authorization") => {
            ("authorization", format!("Bearer {credential}"))
        }
        name => (name, credential.to_owned()),
    }
}

fn own_site() -> Field {
    ("sec-fetch-site", "same-origin".to_owned())
}

fn other_sites() -> [Field; 2] {
    [
        ("sec-fetch-site", "cross-site".to_owned()),
        ("origin", "https://other.example".to_owned()),
    ]
}

#[allow(clippy::needless_pass_by_value)] // for `map_err`
fn text(error: impl ToString) -> String {
    error.to_string()
}
