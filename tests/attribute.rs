//! Policies and public handlers of the attribute.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{FromRef, FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::{get, put};
use axum::{Json, Router};
use jam::dsl::user;
use jam::{
    Access, Auth, Jam, JamRouter, Rejection, jam_auth, jam_routes,
    layer::{AuthenticationLayer, JwtBackend},
};

use crate::support::{User, bearer, call, get_with, jam};

#[derive(Clone, FromRef)]
struct App {
    jam: Jam,
    asked: Asked,
}

/// The number of times a policy ran, and the number of times an argument behind it was read.
#[derive(Clone, Default)]
struct Asked(Arc<[AtomicUsize; 2]>);

impl Asked {
    fn counts(&self) -> [usize; 2] {
        [0, 1].map(|at| self.0[at].load(Ordering::SeqCst))
    }
}

const API: Access<User> = user().backend("jwt");

async fn own(user: Auth<User>, Path(id): Path<u64>, State(asked): State<Asked>) -> bool {
    asked.0[0].fetch_add(1, Ordering::SeqCst);
    user.user == id
}

async fn paid(Path(id): Path<u64>) -> Result<bool, (StatusCode, &'static str)> {
    match id {
        1 => Ok(true),
        _ => Err((StatusCode::PAYMENT_REQUIRED, "pay first")),
    }
}

async fn signed_in(user: Option<Auth<User>>) -> bool {
    user.is_some()
}

async fn open() -> bool {
    true
}

/// An argument behind the rule. It records that it was read.
struct Read;

impl FromRequestParts<App> for Read {
    type Rejection = StatusCode;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        app.asked.0[1].fetch_add(1, Ordering::SeqCst);
        Ok(Self)
    }
}

#[jam_auth(backend = "jwt", policy(own), state = App)]
async fn note(user: Auth<User>, _: Read, Path(id): Path<u64>) -> String {
    format!("{} {id}", user.user)
}

#[jam_auth(API, policy(own, paid))]
async fn update(_: Auth<User>, State(_): State<App>, Json(body): Json<u64>) -> String {
    body.to_string()
}

#[jam_auth(backend = "jwt", hide, policy(own), state = App)]
async fn hidden(_: Auth<User>) {}

#[jam_auth(backend = "jwt", cookie = "jwt", optional, policy(signed_in), state = App)]
async fn some(user: Option<Auth<User>>) -> String {
    user.is_some().to_string()
}

/// The alias hides the optional argument from the attribute.
type Another<P> = Auth<P>;

#[jam_auth(backend = "jwt", policy(open), state = App)]
async fn second_argument(_: Auth<User>, second: Another<User>) -> String {
    second.user.to_string()
}

#[jam_auth(public = "probe of the load balancer")]
async fn health(State(_): State<App>) -> &'static str {
    "ok"
}

fn app() -> (Router, Jam, Asked) {
    let (jam, _) = jam();
    let asked = Asked::default();
    let router = Router::new()
        .route("/note/{id}", get(note))
        .route("/update/{id}", put(update))
        .route("/hidden/{id}", get(hidden))
        .route("/no-number/{id}", get(hidden))
        .route("/some", get(some))
        .route("/second", get(second_argument))
        .route("/health", get(health))
        .with_state(App {
            jam: jam.clone(),
            asked: asked.clone(),
        });
    (router, jam, asked)
}

/// An extractor of the application that looks for the caller.
struct Tenant(u64);

impl FromRequestParts<App> for Tenant {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Rejection> {
        let user = <Auth<User> as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        Ok(Self(user.user))
    }
}

#[jam_auth(backend = "jwt", policy(open), state = App)]
async fn tenant(_: Auth<User>, Tenant(id): Tenant) -> String {
    id.to_string()
}

mod ops {
    #[jam::jam_auth(public = "probe")]
    pub(super) async fn probe() {}
}

#[tokio::test]
async fn a_policy_runs_after_the_rule_and_before_the_arguments() {
    let (app, jam, asked) = app();
    let token = bearer(&jam, &User { user: 1 });
    assert_eq!(get_with(&app, "/note/1", &[]).await.status, 401);
    assert_eq!(asked.counts(), [0, 0]);
    let denied = get_with(&app, "/note/2", &[("authorization", &token)]).await;
    assert_eq!(denied.status, 403);
    assert_eq!(denied.header("cache-control"), Some("no-store"));
    assert_eq!(asked.counts(), [1, 0]);
    let let_in = get_with(&app, "/note/1", &[("authorization", &token)]).await;
    assert_eq!((let_in.status.as_u16(), &*let_in.body), (200, "1 1"));
    assert_eq!(asked.counts(), [2, 1]);
}

#[tokio::test]
async fn policies_run_in_order_and_the_first_denial_decides() {
    let (app, jam, _) = app();
    let token = bearer(&jam, &User { user: 1 });
    let json = ("content-type", "application/json");
    let headers = [("authorization", &*token), json];
    // The request has no valid body. The handler reads the body only after the policies pass.
    assert_eq!(call(&app, "PUT", "/update/1", &headers).await.status, 400);
    assert_eq!(call(&app, "PUT", "/update/2", &headers).await.status, 403);
    let of_two = jam.make_payload(User { user: 2 });
    let token = format!("Bearer {}", jam.gen_jwt_token(&of_two).unwrap().as_str());
    let answer = call(&app, "PUT", "/update/2", &[("authorization", &token), json]).await;
    assert_eq!((answer.status.as_u16(), &*answer.body), (402, "pay first"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_denial_of_a_hidden_rule_is_404_and_a_failed_extractor_denies() {
    let (app, jam, asked) = app();
    let token = bearer(&jam, &User { user: 1 });
    let headers = [("authorization", &*token)];
    assert_eq!(get_with(&app, "/hidden/1", &headers).await.status, 200);
    assert_eq!(get_with(&app, "/hidden/2", &headers).await.status, 404);
    assert_eq!(get_with(&app, "/note/x", &headers).await.status, 403);
    assert_eq!(asked.counts(), [2, 0]);
}

#[tokio::test]
async fn a_policy_of_an_optional_handler_can_reject_anonymous_requests() {
    let (app, jam, _) = app();
    assert_eq!(get_with(&app, "/some", &[]).await.status, 403);
    let token = bearer(&jam, &User { user: 1 });
    let cookie = format!("jwt={}", token.strip_prefix("Bearer ").unwrap());
    let answer = get_with(&app, "/some", &[("cookie", &cookie)]).await;
    assert_eq!((answer.status.as_u16(), &*answer.body), (200, "true"));

    // The rejection clears the stale cookie, as a table does.
    let denied = get_with(&app, "/some", &[("cookie", "jwt=bad")]).await;
    assert_eq!(denied.status, 403);
    assert!(denied.set_cookies()[0].starts_with("jwt=;"));
    assert!(denied.header("vary").unwrap().contains("cookie"));
}

#[tokio::test]
async fn a_policy_keeps_the_caller_of_the_outer_table() {
    let (_, jam, asked) = app();
    let routes: JamRouter<App> =
        jam_routes![API = [mount("/table", Router::new().route("/tenant", get(tenant)))]];
    let state = App {
        jam: jam.clone(),
        asked,
    };
    let app = routes.into_router(&jam).unwrap().with_state(state);
    let answer = get_with(
        &app,
        "/table/tenant",
        &[("authorization", &bearer(&jam, &User { user: 1 }))],
    )
    .await;
    assert_eq!((answer.status.as_u16(), &*answer.body), (200, "1"));
}

#[tokio::test]
async fn a_policy_does_not_authenticate_other_arguments_of_the_handler() {
    let (app, jam, _) = app();
    let token = bearer(&jam, &User { user: 1 });
    let headers = [("authorization", &*token)];
    // Without the policy the result is the same: only the marked argument has a rule.
    assert_eq!(get_with(&app, "/second", &headers).await.status, 500);
    // An outer layer still authenticates the caller of the other argument.
    let layer = AuthenticationLayer::new(JwtBackend::new(jam).cookie("jwt"));
    let layered = app.layer(layer);
    assert_eq!(get_with(&layered, "/second", &headers).await.status, 401);
    let cookie = format!("jwt={}", token.strip_prefix("Bearer ").unwrap());
    let headers = [("authorization", &*token), ("cookie", &*cookie)];
    assert_eq!(get_with(&layered, "/second", &headers).await.status, 200);
}

#[tokio::test]
async fn a_public_handler_admits_every_request_and_states_a_reason() {
    let (app, jam, _) = app();
    let answer = get_with(&app, "/health", &[("authorization", "Bearer bad")]).await;
    assert_eq!((answer.status.as_u16(), &*answer.body), (200, "ok"));

    let routes: JamRouter<App> = jam_routes![
        declared() = [
            get("/health", health),
            get("/note/{id}", note),
            put("/update/{id}", update),
        ],
    ];
    let table = routes.table();
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = table.to_string().lines().map(words).collect();
    assert_eq!(
        lines,
        [
            "GET /health public: probe of the load balancer health",
            "GET /note/{id} User: jwt by header authorization; policy own note",
            "PUT /update/{id} User: jwt by header authorization; policy own; policy paid update",
        ]
    );
    assert_eq!(table.rows()[0].reason, Some("probe of the load balancer"));
    let asked = Asked::default();
    let app = routes
        .into_router(&jam)
        .unwrap()
        .with_state(App { jam, asked });
    assert_eq!(get_with(&app, "/health", &[]).await.status, 200);
    assert_eq!(get_with(&app, "/note/1", &[]).await.status, 401);
}
