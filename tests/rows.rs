//! Rows that narrow the rule of their section, policies, mounted routers, and the table as data.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use jam::dsl::user;
use jam::{
    Access, Auth, Jam, JamPayload, JamRole, JamRouter, RejectionKind, Scopes, jam_auth, jam_routes,
};
use serde::{Deserialize, Serialize};

use crate::support::{Answer, bearer, call, get_with, jam};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JamRole)]
enum Role {
    Reader,
    Admin,
}

#[derive(Clone, Debug, Serialize, Deserialize, JamPayload)]
#[jam(role = Role, scopes("notes:read", "notes:write"))]
struct User {
    #[jam(sub)]
    id: u64,
    #[jam(roles)]
    roles: Vec<Role>,
    #[jam(scopes)]
    scopes: Scopes,
}

fn someone(id: u64, roles: &[Role], scopes: &[&str]) -> User {
    User {
        id,
        roles: roles.to_vec(),
        scopes: scopes.iter().collect(),
    }
}

#[derive(Clone, FromRef)]
struct App {
    jam: Jam,
    /// The number of policy calls and the number of handler calls.
    counts: Arc<[AtomicUsize; 2]>,
}

fn count(app: &App, what: usize) {
    app.counts[what].fetch_add(1, Ordering::SeqCst);
}

const API: Access<User> = user().backend("jwt");
const WEB: Access<User> = user().backend("session").cookie("sid").login("/login");
const BOTH: Access<User> = API.or(WEB);

/// A policy that admits only the owner of the note.
async fn note_owner(user: Auth<User>, Path(id): Path<u64>, State(app): State<App>) -> bool {
    count(&app, 0);
    user.id == id
}

async fn with_an_answer(Path(id): Path<u64>) -> Result<bool, (StatusCode, &'static str)> {
    match id {
        1 => Ok(true),
        2 => Ok(false),
        _ => Err((StatusCode::PAYMENT_REQUIRED, "pay first")),
    }
}

async fn never() -> bool {
    false
}

async fn note(Path(id): Path<u64>, State(app): State<App>) -> String {
    count(&app, 1);
    id.to_string()
}

async fn update(user: Auth<User>, Path(id): Path<u64>, Json(body): Json<u64>) -> String {
    format!("{} {id} {body}", user.id)
}

async fn page() -> &'static str {
    "page"
}

fn metrics() -> Router<App> {
    Router::new()
        .route("/", get(page).options(page))
        .route("/who", get(async |user: Auth<User>| user.id.to_string()))
        .fallback(async || (StatusCode::IM_A_TEAPOT, "its own fallback"))
}

fn routes() -> JamRouter<App> {
    jam_routes![
        public("everybody reads it") = [get("/about", page), mount("/open", metrics())],
        BOTH = [
            get("/notes/{id}", note).policy(note_owner),
            put("/notes/{id}", update)
                .scope("notes:write")
                .policy(note_owner),
            delete("/notes/{id}", note).role(Role::Admin).hide(),
            get("/answers/{id}", note).policy(with_an_answer),
            get("/several/{id}", note).policy(note_owner).policy(never),
            get("/words/{word}", page).policy(note_owner).hide(),
            get("/any", page).any_role(&[Role::Reader, Role::Admin]),
        ],
        WEB = [
            post("/account", page).fresh(minutes(5)),
            mount("/metrics", metrics())
        ],
        WEB.guest().redirect_to("/") = [get("/login", page)],
        WEB.optional() = [get("/", page)],
        API.role(Role::Admin) = [mount("/admin", metrics()).fresh(hours(1))],
        declared() = [get("/declared", declared_here)],
    ]
}

#[jam_auth(
    any(jwt, session(cookie = "sid", role(Role::Admin))),
    login = "/login",
    fresh = "5m"
)]
async fn declared_here(user: Auth<User>) -> String {
    user.id.to_string()
}

struct Site {
    app: Router,
    jam: Jam,
    counts: Arc<[AtomicUsize; 2]>,
    clock: jam::testing::ManualClock,
}

fn site() -> Site {
    let (jam, clock) = jam();
    let counts = Arc::<[AtomicUsize; 2]>::default();
    let state = App {
        jam: jam.clone(),
        counts: counts.clone(),
    };
    let app = routes().into_router(&jam).unwrap().with_state(state);
    Site {
        app,
        jam,
        counts,
        clock,
    }
}

impl Site {
    fn token(&self, user: &User) -> String {
        bearer(&self.jam, user)
    }

    async fn cookie(&self, user: &User) -> String {
        let session = self.jam.create_session("x", user).await.unwrap();
        format!("sid={}", session.as_str())
    }

    async fn ask(&self, method: &str, path: &str, user: &User) -> Answer {
        let token = self.token(user);
        call(&self.app, method, path, &[("authorization", &token)]).await
    }

    fn counts(&self) -> [usize; 2] {
        [0, 1].map(|at| self.counts[at].load(Ordering::SeqCst))
    }
}

#[tokio::test]
async fn a_policy_runs_after_the_gate_and_before_the_handler() {
    let site = site();
    let owner = someone(7, &[], &[]);
    assert_eq!(get_with(&site.app, "/notes/7", &[]).await.status, 401);
    assert_eq!(
        site.counts(),
        [0, 0],
        "an anonymous request calls no policy"
    );
    assert_eq!(site.ask("GET", "/notes/7", &owner).await.body, "7");
    assert_eq!(site.counts(), [1, 1]);
    let denied = site.ask("GET", "/notes/8", &owner).await;
    assert_eq!(denied.status, 403);
    assert_eq!(
        denied.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(site.counts(), [2, 1], "the handler did not run");
    // The scope is checked before the policy.
    assert_eq!(site.ask("PUT", "/notes/7", &owner).await.status, 403);
    assert_eq!(site.counts(), [2, 1]);
    // The request passes the rule and the policy. The argument of the handler then rejects it.
    let writer = someone(7, &[], &["notes:write"]);
    assert_eq!(site.ask("PUT", "/notes/7", &writer).await.status, 415);
}

#[tokio::test]
async fn a_policy_that_cannot_decide_denies_the_request() {
    let site = site();
    let owner = someone(7, &[], &[]);
    // The path is not a number, so the policy cannot decide. The response is not a 400, because a
    // 400 would reveal this.
    assert_eq!(site.ask("GET", "/notes/x", &owner).await.status, 403);
    assert_eq!(
        site.ask("GET", "/words/x", &owner).await.status,
        404,
        "hidden"
    );
    assert_eq!(
        site.ask("GET", "/words/8", &owner).await.status,
        404,
        "hidden"
    );
    assert_eq!(site.ask("GET", "/words/7", &owner).await.status, 200);
}

#[tokio::test]
async fn a_policy_can_respond_and_every_policy_must_accept() {
    let site = site();
    let owner = someone(1, &[], &[]);
    assert_eq!(site.ask("GET", "/answers/1", &owner).await.status, 200);
    assert_eq!(site.ask("GET", "/answers/2", &owner).await.status, 403);
    let answer = site.ask("GET", "/answers/3", &owner).await;
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_str()),
        (402, "pay first")
    );
    assert_eq!(site.ask("GET", "/several/1", &owner).await.status, 403);
    assert_eq!(site.counts()[0], 1);
}

#[tokio::test]
async fn a_row_narrows_only_its_own_rule() {
    let site = site();
    let (reader, admin) = (
        someone(1, &[Role::Reader], &[]),
        someone(1, &[Role::Admin], &[]),
    );
    assert_eq!(site.ask("DELETE", "/notes/1", &reader).await.status, 404);
    assert_eq!(site.ask("DELETE", "/notes/1", &admin).await.status, 200);
    assert_eq!(site.ask("GET", "/notes/1", &reader).await.status, 200);
    for user in [&reader, &admin] {
        assert_eq!(site.ask("GET", "/any", user).await.status, 200);
    }
    assert_eq!(
        site.ask("GET", "/any", &someone(1, &[], &[])).await.status,
        403
    );
    let cookie = site.cookie(&reader).await;
    let account = async || {
        call(&site.app, "POST", "/account", &[("cookie", &cookie)])
            .await
            .status
    };
    assert_eq!(account().await, 200);
    site.clock.advance(300);
    assert_eq!(account().await, 401);
}

#[tokio::test]
async fn every_path_of_a_mounted_router_is_guarded() {
    let site = site();
    let (user, admin) = (someone(1, &[], &[]), someone(2, &[Role::Admin], &[]));
    let cookie = site.cookie(&user).await;
    for path in ["/metrics", "/metrics/who", "/metrics/nowhere"] {
        assert_eq!(get_with(&site.app, path, &[]).await.status, 401, "{path}");
        assert_eq!(
            call(&site.app, "OPTIONS", path, &[]).await.status,
            401,
            "{path}"
        );
    }
    let as_user = [("cookie", cookie.as_str())];
    assert_eq!(get_with(&site.app, "/metrics", &as_user).await.body, "page");
    assert_eq!(
        get_with(&site.app, "/metrics/who", &as_user).await.body,
        "1"
    );
    assert_eq!(
        get_with(&site.app, "/metrics/nowhere", &as_user)
            .await
            .status,
        418
    );
    assert_eq!(site.ask("GET", "/admin/who", &user).await.status, 403);
    assert_eq!(site.ask("GET", "/admin/who", &admin).await.body, "2");
    site.clock.advance(3599);
    let early = site.token(&admin);
    site.clock.advance(3000);
    assert_eq!(
        get_with(&site.app, "/admin/who", &[("authorization", &early)])
            .await
            .status,
        200
    );
    // A public mount does not authenticate callers.
    assert_eq!(get_with(&site.app, "/open", &[]).await.status, 200);
    assert_eq!(get_with(&site.app, "/open/who", &[]).await.status, 500);
}

#[tokio::test]
async fn the_attribute_accepts_several_credentials() {
    let site = site();
    let (user, admin) = (someone(1, &[], &[]), someone(2, &[Role::Admin], &[]));
    assert_eq!(site.ask("GET", "/declared", &user).await.body, "1");
    for (user, status) in [(&user, 403), (&admin, 200)] {
        let cookie = site.cookie(user).await;
        assert_eq!(
            get_with(&site.app, "/declared", &[("cookie", &cookie)])
                .await
                .status,
            status
        );
    }
    let html = [("accept", "text/html")];
    let answer = get_with(&site.app, "/declared", &html).await;
    assert_eq!(answer.header("location"), Some("/login?next=/declared"));
    let token = site.token(&user);
    site.clock.advance(300);
    let answer = get_with(&site.app, "/declared", &[("authorization", &token)]).await;
    assert!(
        answer.challenge().contains("max_age=300"),
        "{:?}",
        answer.headers
    );
}

#[tokio::test]
async fn on_reject_maps_a_denial() {
    let jam = Jam::builder()
        .sessions(jam::Sessions::in_memory())
        .on_reject(|rejection, _| {
            assert_eq!(rejection.kind(), RejectionKind::Denied);
            axum::response::IntoResponse::into_response((StatusCode::FORBIDDEN, "not yours"))
        })
        .build()
        .unwrap();
    let table: JamRouter = jam_routes![WEB = [get("/", page).policy(never)]];
    let app = table.into_router(&jam).unwrap();
    let session = jam
        .create_session("1", &someone(1, &[], &[]))
        .await
        .unwrap();
    let cookie = format!("sid={}", session.as_str());
    assert_eq!(
        get_with(&app, "/", &[("cookie", &cookie)]).await.body,
        "not yours"
    );
}

#[test]
fn the_table_matches_the_reviewed_file() {
    jam::assert_table!(routes(), "rows-table.txt");
}

#[test]
fn the_table_serializes_to_json() {
    let json = routes().table().to_json();
    assert_eq!(
        json[0],
        serde_json::json!({
            "method": "GET", "path": "/about", "handler": "page", "policies": [],
            "rule": "public: everybody reads it", "public": "everybody reads it",
        })
    );
    assert_eq!(json[2]["policies"], serde_json::json!(["note_owner"]));
    assert_eq!(json[2]["public"], serde_json::Value::Null);
    assert_eq!(
        json.as_array().unwrap().len(),
        routes().table().rows().len()
    );
}

#[test]
fn the_table_gives_the_security_of_an_openapi_document() {
    let document = routes().table().openapi();
    assert_eq!(
        document["components"]["securitySchemes"],
        serde_json::json!({
            "jwt_bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
            "session_cookie_sid": { "type": "apiKey", "in": "cookie", "name": "sid" },
        })
    );
    let security =
        |path: &str, operation: &str| document["paths"][path][operation]["security"].clone();
    assert_eq!(security("/about", "get"), serde_json::json!([]));
    assert_eq!(security("/login", "get"), serde_json::json!([]));
    assert_eq!(
        security("/", "get"),
        serde_json::json!([{}, { "session_cookie_sid": [] }])
    );
    assert_eq!(
        security("/notes/{id}", "put"),
        serde_json::json!([{ "jwt_bearer": ["notes:write"] }, { "session_cookie_sid": ["notes:write"] }])
    );
    assert_eq!(
        security("/declared", "get"),
        serde_json::json!([{ "jwt_bearer": [] }, { "session_cookie_sid": ["Admin"] }])
    );
    assert!(document["paths"].get("/metrics").is_none());
}
