//! Tests of the basic form of a table.

use axum::extract::Path;
use axum::{Json, Router};
use jam::{
    Access, Auth, Jam, JamPayload, JamRouter, Jwt, Sessions, dsl::user, jam_auth, jam_routes,
};
use serde::{Deserialize, Serialize};

use crate::support::{SECRET, User, call, claims, foreign_token, forge, get_with, jam};

const WEB: Access<User> = user().backend("session").cookie("sid");
const API: Access<User> = user().backend("jwt");

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Machine {
    machine: String,
}

const MACHINES: Access<Machine> = user().backend("jwt");

mod pages {
    pub(super) async fn about() -> &'static str {
        "about"
    }

    pub(super) async fn hook() -> &'static str {
        "hook"
    }
}

async fn me(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

/// A handler that takes no caller.
async fn nobody(Path(id): Path<u64>) -> String {
    id.to_string()
}

async fn machine(machine: Auth<Machine>) -> String {
    machine.machine.clone()
}

async fn wrong_payload(_: Auth<User>, _: Auth<Machine>) -> &'static str {
    "never"
}

#[jam_auth(backend = "jwt", cookie = "jwt")]
async fn declared_here(user: Auth<User>) -> String {
    user.user.to_string()
}

fn reports() -> JamRouter {
    jam_routes![API = [get("/reports", me)]]
}

fn routes() -> JamRouter<Jam> {
    jam_routes![
        public("marketing") = [
            get("/about", pages::about), // open to every request
            any("/hooks/{*rest}", pages::hook),
        ],
        WEB = [
            get("/me", me),
            post("/me", me),
            delete("/things/{id}", nobody)
        ],
        user::<User>().backend("jwt").cookie("jwt") = [put("/me", me), patch("/me", me)],
        MACHINES = [get("/machine", machine)],
        API = [any("/any", me)],
        declared() = [get("/declared", declared_here)],
    ]
}

fn app() -> (Router, Jam) {
    let (jam, _) = jam();
    let router = routes().into_router(&jam).unwrap().with_state(jam.clone());
    let reports = reports().into_router(&jam).unwrap();
    (router.merge(reports), jam)
}

#[tokio::test]
async fn each_route_has_the_rule_of_its_section() {
    let (app, jam) = app();
    let session = jam.create_session("a", &User { user: 1 }).await.unwrap();
    let sid = format!("sid={}", session.as_str());
    let jwt = format!("jwt={}", foreign_token());
    let bearer = format!("Bearer {}", foreign_token());
    for (method, path, anonymous, header, caller) in [
        ("GET", "/about", 200, ("x-none", ""), 200),
        ("POST", "/hooks/a/b", 200, ("x-none", ""), 200),
        ("GET", "/me", 401, ("cookie", &*sid), 200),
        ("HEAD", "/me", 401, ("cookie", &*sid), 200),
        ("POST", "/me", 401, ("cookie", &*sid), 200),
        ("GET", "/me", 401, ("cookie", &*jwt), 401),
        ("PUT", "/me", 401, ("cookie", &*jwt), 200),
        ("PATCH", "/me", 401, ("cookie", &*jwt), 200),
        ("PUT", "/me", 401, ("cookie", &*sid), 401),
        ("DELETE", "/things/7", 401, ("cookie", &*sid), 200),
        // The rule rejects the request before the path is parsed, so an anonymous caller learns
        // nothing about the path.
        ("DELETE", "/things/x", 401, ("cookie", &*sid), 400),
        ("GET", "/reports", 401, ("authorization", &*bearer), 200),
        ("GET", "/declared", 401, ("cookie", &*jwt), 200),
        ("GET", "/any", 401, ("authorization", &*bearer), 200),
        ("PURGE", "/any", 401, ("authorization", &*bearer), 200),
        ("OPTIONS", "/me", 405, ("x-none", ""), 405),
        ("OPTIONS", "/any", 405, ("x-none", ""), 405),
        ("GET", "/nowhere", 404, ("x-none", ""), 404),
    ] {
        let refused = call(&app, method, path, &[]).await;
        assert_eq!(
            refused.status, anonymous,
            "{method} {path} without a credential"
        );
        let answer = call(&app, method, path, &[header]).await;
        assert_eq!(
            answer.status, caller,
            "{method} {path} with {header:?}: {}",
            answer.body
        );
    }
}

#[tokio::test]
async fn sections_of_one_table_can_have_different_payloads() {
    let (app, _) = app();
    let token = forge(r#"{"alg":"HS256"}"#, &claims(r#""machine":"m1""#));
    let bearer = format!("Bearer {token}");
    let answer = get_with(&app, "/machine", &[("authorization", &bearer)]).await;
    assert_eq!(answer.body, "m1");
    // A token of the other payload is rejected.
    let bearer = format!("Bearer {}", foreign_token());
    assert_eq!(
        get_with(&app, "/machine", &[("authorization", &bearer)])
            .await
            .status,
        401
    );
}

#[test]
fn a_handler_with_two_payloads_is_a_startup_error() {
    let (jam, _) = jam();
    let table: JamRouter = jam_routes![API = [get("/wrong", wrong_payload)]];
    assert_eq!(
        table.into_router(&jam).unwrap_err().to_string(),
        "GET /wrong (`wrong_payload`) takes `Auth<_>` of another payload than its rule has: take \
         `Auth<User>`"
    );
}

#[tokio::test]
async fn responses_vary_on_the_source_of_the_credential() {
    let (app, _) = app();
    let vary = async |path| {
        get_with(&app, path, &[])
            .await
            .header("vary")
            .map(str::to_owned)
    };
    assert_eq!(vary("/me").await.as_deref(), Some("cookie"));
    assert_eq!(vary("/reports").await.as_deref(), Some("authorization"));
    assert_eq!(vary("/about").await, None);
}

/// Asserts that `Vary` does not repeat the headers that the handler already lists.
#[tokio::test]
async fn vary_contains_each_header_once() {
    const BOTH: Access<User> = user().backend("jwt").cookie("jwt").header("authorization");
    async fn some() -> ([(&'static str, &'static str); 1], &'static str) {
        ([("vary", "Cookie, Accept")], "some")
    }
    async fn all() -> ([(&'static str, &'static str); 1], &'static str) {
        ([("vary", "*")], "all")
    }
    async fn none() -> &'static str {
        "none"
    }
    let (jam, _) = jam();
    let table = jam_routes![BOTH = [get("/some", some), get("/all", all), get("/none", none)]];
    let app: Router = table.into_router(&jam).unwrap();
    let bearer = format!("Bearer {}", foreign_token());
    for (path, expected) in [
        ("/some", &["Cookie, Accept, authorization"][..]),
        ("/all", &["*"]),
        ("/none", &["cookie, authorization"]),
    ] {
        let answer = get_with(&app, path, &[("authorization", &bearer)]).await;
        assert_eq!(answer.status, 200, "{path}");
        let fields: Vec<_> = answer.headers.get_all("vary").iter().collect();
        assert_eq!(fields, expected, "{path}");
    }
}

#[test]
fn all_missing_backends_are_reported_at_startup() {
    let sessions_only = Jam::builder()
        .sessions(Sessions::in_memory())
        .build()
        .unwrap();
    let error = routes()
        .into_router(&sessions_only)
        .unwrap_err()
        .to_string();
    for needs in ["PUT /me", "PATCH /me", "GET /machine", "GET /declared"] {
        assert!(error.contains(needs), "{needs} in {error}");
    }
    assert!(!error.contains("GET /me "), "{error}");
    assert!(error.contains(".jwt("), "{error}");
}

#[test]
fn colliding_routes_of_merged_tables_are_startup_errors() {
    let (jam, _) = jam();
    let other: JamRouter<Jam> = jam_routes![
        public("x") = [
            get("/about", pages::about),
            get("/things/{thing}", pages::about)
        ],
        WEB = [get("/me", me)],
    ];
    let error = routes()
        .merge(other)
        .into_router(&jam)
        .unwrap_err()
        .to_string();
    for twice in ["GET /about", "GET /things/{thing}", "GET /me"] {
        assert!(error.contains(twice), "{twice} in {error}");
    }
    assert_eq!(error.lines().count(), 3, "{error}");
}

#[test]
fn a_rule_without_a_backend_requires_a_jam_with_one_backend() {
    let routes = || -> JamRouter { jam_routes![user::<User>() = [get("/", me)]] };
    let one = Jam::builder().jwt(Jwt::hs256(SECRET)).build().unwrap();
    assert!(routes().into_router(&one).is_ok());
    let error = routes().into_router(&jam().0).unwrap_err().to_string();
    assert!(error.contains(".backend("), "{error}");
}

#[test]
fn a_table_prints_its_routes() {
    let printed = format!("{:?}", routes());
    assert!(
        printed.contains("GET /about (`pages::about`) public: marketing"),
        "{printed}"
    );
    assert!(
        printed.contains("DELETE /things/{id} (`nobody`)"),
        "{printed}"
    );
}
