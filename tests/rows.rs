//! Rows that narrow their section's rule, policies, mounted routers, and the table as data.

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
    /// How often a policy was asked, and how often a handler ran.
    counts: Arc<[AtomicUsize; 2]>,
}

fn count(app: &App, what: usize) {
    app.counts[what].fetch_add(1, Ordering::SeqCst);
}

const API: Access<User> = user().backend("jwt");
const WEB: Access<User> = user().backend("session").cookie("sid").login("/login");
const BOTH: Access<User> = API.or(WEB);

/// The note of that number is its owner's.
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
async fn a_policy_is_asked_after_the_gate_and_before_the_handler() {
    let site = site();
    let owner = someone(7, &[], &[]);
    assert_eq!(get_with(&site.app, "/notes/7", &[]).await.status, 401);
    assert_eq!(site.counts(), [0, 0], "a stranger asks no policy");
    assert_eq!(site.ask("GET", "/notes/7", &owner).await.body, "7");
    assert_eq!(site.counts(), [1, 1]);
    let denied = site.ask("GET", "/notes/8", &owner).await;
    assert_eq!(denied.status, 403);
    assert_eq!(
        denied.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(site.counts(), [2, 1], "the handler did not run");
    // A scope is asked for before a policy is.
    assert_eq!(site.ask("PUT", "/notes/7", &owner).await.status, 403);
    assert_eq!(site.counts(), [2, 1]);
    // Past all of them, the handler's own argument is what fails.
    let writer = someone(7, &[], &["notes:write"]);
    assert_eq!(site.ask("PUT", "/notes/7", &writer).await.status, 415);
}

#[tokio::test]
async fn a_policy_that_cannot_decide_denies() {
    let site = site();
    let owner = someone(7, &[], &[]);
    // The path is no number: for the policy no opinion, and no 400 that says so.
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
async fn a_policy_may_answer_and_every_one_must_agree() {
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
async fn a_row_narrows_its_section_alone() {
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
async fn a_mounted_router_is_guarded_whole() {
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
    // Nobody is known in a public one.
    assert_eq!(get_with(&site.app, "/open", &[]).await.status, 200);
    assert_eq!(get_with(&site.app, "/open/who", &[]).await.status, 500);
}

#[tokio::test]
async fn the_attribute_has_several_ways_in_too() {
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
async fn a_denial_is_answered_as_the_application_wants() {
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
fn the_table_is_pinned_in_a_file() {
    jam::assert_table!(routes(), "rows-table.txt");
}

#[test]
fn the_table_is_json() {
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
fn openapi_security_equals_the_table() {
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
