//! Attempts to bypass the rule of a guarded handler by every kind of path that axum offers.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{MethodFilter, any, get, on};
use jam::{Access, Auth, Jam, JamRouter, dsl::user, jam_auth, jam_routes};

use crate::support::{User, call, foreign_token, get_with, jam};

const API: Access<User> = user().backend("jwt");
const WEB: Access<User> = user().backend("session").cookie("sid");

#[jam_auth(API)]
async fn attributed(_: Auth<User>) -> &'static str {
    "secret"
}

async fn in_tables(_: Auth<User>) -> &'static str {
    "secret"
}

async fn needs_nobody() -> &'static str {
    "secret"
}

fn table() -> JamRouter<Jam> {
    jam_routes![
        API = [
            get("/table", in_tables),
            any("/any", needs_nobody),
            get("/{*rest}", needs_nobody)
        ],
        declared() = [get("/declared", attributed)],
    ]
}

async fn pass(request: Request, next: Next) -> Response {
    next.run(request).await
}

/// Asserts that an anonymous request never gets the handler's response, for any method and any
/// spelling of the path.
async fn closed(app: &Router, prefix: &str) {
    for path in [
        "/table",
        "/any",
        "/declared",
        "/x/y",
        "/added",
        "/on",
        "/fallback",
    ] {
        for method in [
            "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PURGE",
        ] {
            for path in [
                format!("{prefix}{path}"),
                format!("{prefix}{path}/"),
                format!("{prefix}{path}?access_token=x"),
                format!("{prefix}/%74able"),
            ] {
                let headers = [
                    ("x-http-method-override", "GET"),
                    ("x-original-url", "/public"),
                ];
                let answer = call(app, method, &path, &headers).await;
                assert!(
                    !answer.status.is_success(),
                    "{method} {path}: {}",
                    answer.status
                );
                assert!(!answer.body.contains("secret"), "{method} {path}");
            }
        }
    }
}

fn plain(jam: &Jam) -> Router {
    table()
        .into_router(jam)
        .unwrap()
        .route("/added", get(attributed))
        .route(
            "/on",
            on(MethodFilter::POST, attributed).fallback(attributed),
        )
        .with_state(jam.clone())
}

#[tokio::test]
async fn added_merged_nested_and_layered_routes_stay_guarded() {
    let (jam, _) = jam();
    let guarded = plain(&jam);
    closed(&guarded, "").await;
    closed(&Router::new().nest("/n", guarded.clone()), "/n").await;
    closed(&Router::new().nest_service("/n", guarded.clone()), "/n").await;
    closed(&Router::new().merge(guarded.clone()), "").await;
    closed(&guarded.clone().layer(from_fn(pass)), "").await;
    closed(&guarded.clone().route_layer(from_fn(pass)), "").await;
    closed(&Router::new().fallback_service(guarded.clone()), "").await;
    let service = guarded.clone().into_service::<axum::body::Body>();
    closed(&Router::new().route_service("/{*all}", service), "").await;
    let before: Router = Router::new().layer(from_fn(pass)).merge(guarded.clone());
    closed(&before, "").await;
    let fallback = Router::new().fallback(attributed).with_state(jam);
    closed(&fallback, "").await;
}

#[tokio::test]
async fn a_caller_reaches_the_handler_by_each_of_these_paths() {
    let (jam, _) = jam();
    let guarded = plain(&jam);
    let bearer = format!("Bearer {}", foreign_token());
    let headers = [("authorization", bearer.as_str())];
    for (app, prefix) in [
        (guarded.clone(), ""),
        (Router::new().nest("/n", guarded.clone()), "/n"),
        (Router::new().nest_service("/n", guarded.clone()), "/n"),
        (Router::new().fallback_service(guarded), ""),
    ] {
        for path in ["/table", "/any", "/declared", "/x/y", "/added"] {
            let answer = get_with(&app, &format!("{prefix}{path}"), &headers).await;
            assert_eq!(answer.body, "secret", "{prefix}{path}");
        }
    }
}

#[tokio::test]
async fn a_handler_in_two_sections_has_the_rule_of_each_section() {
    let (jam, _) = jam();
    let table: JamRouter<Jam> = jam_routes![
        API = [get("/api", in_tables)],
        WEB = [
            get("/web", in_tables),
            mount("/twice", Router::new().route("/", get(attributed)))
        ],
    ];
    let app = table.into_router(&jam).unwrap().with_state(jam.clone());
    let session = jam.create_session("1", &User { user: 1 }).await.unwrap();
    let cookie = format!("sid={}", session.as_str());
    let bearer = format!("Bearer {}", foreign_token());
    let (cookie, bearer) = (
        ("cookie", cookie.as_str()),
        ("authorization", bearer.as_str()),
    );
    for (path, headers, status) in [
        ("/api", &[bearer][..], 200),
        ("/api", &[cookie], 401),
        ("/web", &[cookie], 200),
        ("/web", &[bearer], 401),
        // Table and attribute: both are enforced.
        ("/twice", &[cookie], 401),
        ("/twice", &[bearer], 401),
        ("/twice", &[bearer, cookie], 200),
    ] {
        assert_eq!(
            get_with(&app, path, headers).await.status,
            status,
            "{path} {headers:?}"
        );
    }
}

#[tokio::test]
async fn an_unknown_path_does_not_require_a_credential() {
    let (jam, _) = jam();
    let table: JamRouter<Jam> = jam_routes![API = [get("/only", in_tables)]];
    let app = table
        .into_router(&jam)
        .unwrap()
        .fallback(async || (StatusCode::NOT_FOUND, "ours"))
        .with_state(jam.clone());
    assert_eq!(get_with(&app, "/nowhere", &[]).await.body, "ours");
    assert_eq!(
        call(&app, "POST", "/only", &[]).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    // `any` of axum around a handler with an attribute requires a credential for every method.
    let app = Router::new().route("/", any(attributed)).with_state(jam);
    assert_eq!(call(&app, "OPTIONS", "/", &[]).await.status, 401);
}
