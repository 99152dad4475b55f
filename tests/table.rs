//! The table in its basic form.

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

/// It need not know who calls.
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
            get("/about", pages::about), // seen by everybody
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
async fn each_route_is_under_its_rule() {
    let (app, jam) = app();
    let session = jam.create_session("a", &User { user: 1 }).await.unwrap();
    let sid = format!("sid={}", session.as_str());
    let jwt = format!("jwt={}", foreign_token());
    let bearer = format!("Bearer {}", foreign_token());
    for (method, path, stranger, header, caller) in [
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
        // 401 goes before 400: whoever is not let in learns nothing of the path.
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
        assert_eq!(refused.status, stranger, "{method} {path} as a stranger");
        let answer = call(&app, method, path, &[header]).await;
        assert_eq!(
            answer.status, caller,
            "{method} {path} with {header:?}: {}",
            answer.body
        );
    }
}

#[tokio::test]
async fn sections_of_one_table_have_payloads_of_their_own() {
    let (app, _) = app();
    let token = forge(r#"{"alg":"HS256"}"#, &claims(r#""machine":"m1""#));
    let bearer = format!("Bearer {token}");
    let answer = get_with(&app, "/machine", &[("authorization", &bearer)]).await;
    assert_eq!(answer.body, "m1");
    // A token of the other kind does not fit.
    let bearer = format!("Bearer {}", foreign_token());
    assert_eq!(
        get_with(&app, "/machine", &[("authorization", &bearer)])
            .await
            .status,
        401
    );
}

#[test]
fn a_handler_of_two_payloads_is_told_at_the_start() {
    let (jam, _) = jam();
    let table: JamRouter = jam_routes![API = [get("/wrong", wrong_payload)]];
    assert_eq!(
        table.into_router(&jam).unwrap_err().to_string(),
        "GET /wrong (`wrong_payload`) takes `Auth<_>` of another payload than its rule has: take \
         `Auth<User>`"
    );
}

#[tokio::test]
async fn answers_say_that_they_depend_on_the_credential() {
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

/// Headers that the handler's own answer has are not repeated.
#[tokio::test]
async fn vary_is_added_where_the_answer_lacks_it() {
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
fn everything_that_is_missing_is_told_at_the_start_in_one_go() {
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
fn routes_that_collide_across_merge_are_told_at_the_start() {
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
fn a_rule_without_a_backend_needs_a_jam_with_one() {
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
