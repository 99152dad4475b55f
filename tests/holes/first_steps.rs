//! The first steps of a new user.

use std::process::Command;

use axum::Router;
use axum::routing::get;
use jam::dsl::user;
use jam::{Access, Auth, Jam, JamRouter, Jwt, Sessions, jam_auth, jam_routes};

use crate::support::{SECRET, User, bearer, get_with, jam, log};

#[jam_auth(backend = "session")]
async fn by_session(user: Auth<User>) -> String {
    format!("{:?}", user.source())
}

#[jam_auth(backend = "jwt")]
async fn by_token(user: Auth<User>) -> String {
    format!("{:?}", user.source())
}

const SESSION: Access<User> = user().backend("session");
const TOKEN: Access<User> = user().backend("jwt");
const OPEN: Access<User> = user();

async fn source(user: Auth<User>) -> String {
    format!("{:?}", user.source())
}

#[tokio::test]
async fn a_rule_without_a_source_reads_the_default_cookie() {
    let (jam, _) = jam();
    let table: JamRouter<Jam> = jam_routes![
        SESSION = [get("/table/session", source)],
        TOKEN = [get("/table/token", source)],
        declared() = [get("/declared/session", by_session)],
    ];
    let text = table.table().to_string();
    assert!(
        text.contains("User: session by cookie __Host-session"),
        "{text}"
    );
    assert!(text.contains("User: jwt by header authorization"), "{text}");
    let plain = Router::new()
        .route("/attribute/session", get(by_session))
        .route("/attribute/token", get(by_token));
    let app = table
        .into_router(&jam)
        .unwrap()
        .merge(plain)
        .with_state(jam.clone());
    let session = jam.create_session("1", &User { user: 1 }).await.unwrap();
    let set = jam.session_cookie(None, session.clone());
    let set = axum::response::IntoResponse::into_response(set);
    let cookie = set.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    for path in ["/table/session", "/declared/session", "/attribute/session"] {
        let answer = get_with(&app, path, &[("cookie", &cookie)]).await;
        assert_eq!(answer.body, "Cookie(\"__Host-session\")", "{path}");
        // A session is not accepted as a bearer token unless the rule allows it.
        let header = format!("Bearer {}", session.as_str());
        let answer = get_with(&app, path, &[("authorization", &header)]).await;
        assert_eq!(answer.status, 401, "{path}");
    }
    let token = bearer(&jam, &User { user: 1 });
    for path in ["/table/token", "/attribute/token"] {
        let answer = get_with(&app, path, &[("authorization", &token)]).await;
        assert_eq!(answer.body, "Header(\"authorization\")", "{path}");
    }
}

#[tokio::test]
async fn a_rule_without_a_backend_uses_the_source_of_the_only_backend() {
    let sessions = Jam::builder()
        .sessions(Sessions::in_memory())
        .build()
        .unwrap();
    let tokens = Jam::builder().jwt(Jwt::hs256(SECRET)).build().unwrap();
    let table = || -> JamRouter { jam_routes![OPEN = [get("/", source)]] };
    let session = sessions
        .create_session("1", &User { user: 1 })
        .await
        .unwrap();
    let cookie = format!("__Host-session={}", session.as_str());
    let app = table().into_router(&sessions).unwrap();
    assert_eq!(
        get_with(&app, "/", &[("cookie", &cookie)]).await.status,
        200
    );
    let app = table().into_router(&tokens).unwrap();
    let token = bearer(&tokens, &User { user: 1 });
    // A cookie of another application is ignored.
    let headers = [
        ("authorization", token.as_str()),
        ("cookie", cookie.as_str()),
    ];
    assert_eq!(get_with(&app, "/", &headers).await.status, 200);
    assert_eq!(
        get_with(&app, "/", &headers[1..]).await.challenge(),
        "Bearer"
    );
}

#[tokio::test]
async fn a_cookie_that_no_rule_reads_is_logged_once() {
    #[jam_auth(backend = "session", cookie = "sid")]
    async fn page(_: Auth<User>) {}
    let (jam, _) = jam();
    let app = Router::new().route("/", get(page)).with_state(jam.clone());
    let (lines, _guard) = log();
    let session = jam.create_session("1", &User { user: 1 }).await.unwrap();
    let set = format!("sessionId={}", session.as_str());
    let _ = jam.session_cookie("sessionId", session);
    // A missing credential causes no warning, and neither does a cookie of another application.
    for cookie in ["a=b", "other=x"] {
        assert_eq!(get_with(&app, "/", &[("cookie", cookie)]).await.status, 401);
    }
    assert!(!lines.text().contains("WARN"), "{}", lines.text());
    for _ in 0..3 {
        assert_eq!(get_with(&app, "/", &[("cookie", &set)]).await.status, 401);
    }
    let text = lines.text();
    assert_eq!(text.matches("WARN").count(), 1, "{text}");
    assert!(
        text.contains("set=sessionId") && text.contains("[\"sid\"]"),
        "{text}"
    );
    assert!(!text.contains(&set), "no value is logged");
}

#[tokio::test]
async fn a_rejected_origin_is_logged_with_the_allowed_origins() {
    let builder = Jam::builder().sessions(Sessions::in_memory());
    let jam = builder.origin("https://app.example").build().unwrap();
    let table: JamRouter = jam_routes![SESSION = [post("/", source)]];
    let app = table.into_router(&jam).unwrap();
    let session = jam.create_session("1", &User { user: 1 }).await.unwrap();
    let cookie = format!("__Host-session={}", session.as_str());
    let (lines, _guard) = log();
    let headers = [
        ("cookie", cookie.as_str()),
        ("host", "api.example"),
        ("origin", "https://localhost:5173"),
    ];
    let answer = crate::support::call(&app, "POST", "/", &headers).await;
    assert_eq!(answer.status, 403);
    let text = lines.text();
    for part in [
        "https://localhost:5173",
        "https://app.example",
        "api.example",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains(session.as_str()), "no credential is logged");
}

#[test]
fn the_error_for_an_empty_environment_names_the_variables() {
    const CASE: &str = "JAM_TESTS_EMPTY";
    if std::env::var_os(CASE).is_none() {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let command = command
            .args([
                "--exact",
                "holes::first_steps::the_error_for_an_empty_environment_names_the_variables",
            ])
            .env(CASE, "1");
        assert!(command.output().unwrap().status.success());
        return;
    }
    let error = Jam::from_env().unwrap_err().to_string();
    assert!(error.contains("JAM_JWT_SECRET"), "{error}");
    assert!(error.contains("JAM_SESSION_STORE"), "{error}");
}

#[test]
fn a_caller_can_be_passed_by_value() {
    fn takes(user: Auth<User>) -> User {
        user.into_inner()
    }
    #[jam_auth(backend = "jwt")]
    async fn handler(user: Auth<User>) -> String {
        takes(user.into()).user.to_string()
    }
    let _: Router<Jam> = Router::new().route("/", get(handler));
}
