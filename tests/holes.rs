//! Tests of every security hole that was found and fixed. Each test is named for what holds.

mod cookies;
mod first_steps;
mod payloads;
mod responses;
mod sessions;
mod set_up;
mod table;

use std::os::unix::ffi::OsStringExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::routing::{any, get};
use jam::dsl::user;
use jam::{
    Access, Auth, Jam, JamPayload, JamRouter, Jwt, SessionId, Sessions, jam_auth, jam_routes,
    layer::{AuthenticationLayer, JwtBackend, SessionBackend},
    session::{MemoryStore, OwnerLimit, Record, SessionData, SessionStore, Usage},
};
use serde::{Deserialize, Serialize};

use crate::support::{
    NOW, SECRET, User, app, call, claims, foreign_token, forge, get_with, jam, jam_with, login,
};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(kind = "reset")]
struct PasswordReset {
    user: u64,
    new_mail: String,
}

fn reset() -> PasswordReset {
    PasswordReset {
        user: 1,
        new_mail: "a@example".to_owned(),
    }
}

#[tokio::test]
async fn a_credential_of_another_kind_does_not_sign_in() {
    let (jam, _) = jam();
    let app = app(jam.clone());
    let session = jam.create_session("1", &reset()).await.unwrap();
    let cookie = format!("sid={}", session.as_str());
    assert_eq!(
        get_with(&app, "/session/user", &[("cookie", &cookie)])
            .await
            .status,
        401
    );
    assert!(jam.get_session::<User>(&session).await.unwrap().is_none());
    assert!(
        jam.get_session::<PasswordReset>(&session)
            .await
            .unwrap()
            .is_some()
    );

    let token = jam.gen_jwt_token(&jam.make_payload(reset())).unwrap();
    let bearer = format!("Bearer {}", token.as_str());
    assert_eq!(
        get_with(&app, "/bearer/user", &[("authorization", &bearer)])
            .await
            .status,
        401
    );
    assert!(
        jam.verify_jwt_token::<PasswordReset>(token.as_str())
            .is_ok()
    );
    // A token of a login is no password reset either.
    let login = forge(r#"{"alg":"HS256"}"#, &claims(r#""user":1,"new_mail":"x""#));
    assert!(jam.verify_jwt_token::<User>(&login).is_ok());
    assert!(jam.verify_jwt_token::<PasswordReset>(&login).is_err());
}

async fn name(user: Auth<User>) -> String {
    format!("{:?} {}", user.backend(), user.user)
}

#[tokio::test]
async fn an_inner_layer_rejects_the_caller_of_an_outer_layer() {
    async fn audit(
        _: Option<Auth<User>>,
        request: axum::extract::Request,
        next: axum::middleware::Next,
    ) -> axum::response::Response {
        next.run(request).await
    }
    let (jam, _) = jam();
    let inside = Router::new()
        .route("/bank", get(name))
        .layer(AuthenticationLayer::new(
            SessionBackend::new(jam.clone()).cookie("sid"),
        ));
    let app = Router::new()
        .nest("/s", inside)
        .route("/outside", get(name))
        .layer(axum::middleware::from_fn(audit))
        .layer(AuthenticationLayer::new(JwtBackend::new(jam.clone())));
    let bearer = format!("Bearer {}", foreign_token());
    let token = ("authorization", bearer.as_str());
    assert_eq!(get_with(&app, "/outside", &[token]).await.body, "Jwt 1");
    assert_eq!(get_with(&app, "/s/bank", &[token]).await.status, 401);
    let session = jam.create_session("1", &User { user: 2 }).await.unwrap();
    let cookie = format!("sid={}", session.as_str());
    // An anonymous caller of the outer layer can be a caller of the inner layer.
    for headers in [&[("cookie", &*cookie)][..], &[token, ("cookie", &*cookie)]] {
        assert_eq!(get_with(&app, "/s/bank", headers).await.body, "Session 2");
    }
}

#[tokio::test]
async fn a_logout_during_a_rotation_ends_the_rotated_session() {
    // Another request rotates the id twice while this request is behind the gate.
    #[jam_auth(backend = "session", cookie = "sid")]
    async fn slow_logout(
        user: Auth<User>,
        State(jam): State<Jam>,
    ) -> Result<impl IntoResponse, jam::Error> {
        let second = jam.rotate_session(user.session().unwrap()).await?;
        let third = jam.rotate_session(&second).await?;
        let cookie = jam.logout(&user).await?;
        assert!(jam.get_session::<User>(&third).await?.is_none());
        Ok((cookie, StatusCode::NO_CONTENT))
    }
    let (jam, _) = jam();
    let app = Router::new()
        .route("/", get(slow_logout))
        .with_state(jam.clone());
    let other = jam.create_session("a", &User { user: 1 }).await.unwrap();
    let session = jam.create_session("a", &User { user: 1 }).await.unwrap();
    let cookie = format!("sid={}", session.as_str());
    assert_eq!(
        get_with(&app, "/", &[("cookie", &cookie)]).await.status,
        204
    );
    let left = jam.sessions::<User>("a").await.unwrap();
    assert_eq!(
        left.len(),
        1,
        "another login of the same user is another session"
    );
    assert_eq!(*left[0].info().id(), *other.id());
}

#[tokio::test]
async fn a_configured_origin_is_accepted_with_any_sec_fetch_site() {
    let builder = Jam::builder().sessions(Sessions::in_memory());
    let jam = builder.origin("https://spa.example").build().unwrap();
    let app = app(jam);
    let cookie = login(&app, "/session/login").await;
    for (site, origin, status) in [
        ("same-site", "https://spa.example", 200),
        ("cross-site", "https://spa.example", 200),
        ("cross-site", "https://other.example", 403),
        ("cross-site", "https://api.example", 403),
    ] {
        let headers = [
            ("cookie", cookie.as_str()),
            ("sec-fetch-site", site),
            ("origin", origin),
            ("host", "api.example"),
        ];
        let answer = call(&app, "POST", "/session/user", &headers).await;
        assert_eq!(answer.status, status, "{site} {origin}");
    }
}

#[test]
fn a_binary_secret_in_the_environment_is_an_error() {
    const CASE: &str = "JAM_TESTS_BINARY";
    if std::env::var_os(CASE).is_none() {
        let binary = std::ffi::OsString::from_vec(vec![0xff; 40]);
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture"])
            .arg("holes::a_binary_secret_in_the_environment_is_an_error")
            .env(CASE, "1")
            .env("JAM_JWT_SECRET", binary)
            .env("JAM_ORIGINS", "")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        return;
    }
    let error = Jam::from_env().unwrap_err();
    assert_eq!(
        error.keys().collect::<Vec<_>>(),
        ["JAM_JWT_SECRET"],
        "{error}"
    );
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct Admin {
    admin: String,
}

#[jam_auth(backend = "session", cookie = "sid", optional)]
async fn admins_page(admin: Option<Auth<Admin>>) -> &'static str {
    if admin.is_some() {
        "admin"
    } else {
        "anonymous"
    }
}

#[tokio::test]
async fn an_optional_page_of_another_payload_keeps_the_cookie() {
    const ADMINS: Access<Admin> = user().backend("session").cookie("sid").optional();
    let (jam, _) = jam();
    let table: JamRouter<Jam> = jam_routes![ADMINS = [get("/table", table_page)]];
    async fn table_page(admin: Option<Auth<Admin>>) -> &'static str {
        if admin.is_some() {
            "admin"
        } else {
            "anonymous"
        }
    }
    let app = app(jam.clone())
        .merge(
            Router::new()
                .route("/admins", get(admins_page))
                .with_state(jam.clone()),
        )
        .merge(table.into_router(&jam).unwrap().with_state(jam));
    let cookie = login(&app, "/session/login").await;
    for path in ["/admins", "/table"] {
        let answer = get_with(&app, path, &[("cookie", &cookie)]).await;
        assert_eq!(answer.body, "anonymous");
        assert!(answer.set_cookies().is_empty(), "{path}");
        assert_eq!(answer.header("vary"), Some("cookie"), "{path}");
    }
}

#[tokio::test]
async fn on_reject_maps_the_rejection_of_a_plain_argument() {
    const MAYBE: Access<User> = user().backend("session").cookie("sid");
    /// An extractor of the application that requires a caller.
    struct Asks;
    impl<S: Send + Sync> FromRequestParts<S> for Asks {
        type Rejection = jam::Rejection;

        async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, jam::Rejection> {
            let _ = Auth::<User>::from_request_parts(parts, state).await?;
            Ok(Self)
        }
    }
    async fn asks(_: Asks) {}
    let jam = Jam::builder()
        .sessions(Sessions::in_memory())
        .on_reject(|rejection, _| {
            (
                StatusCode::UNAUTHORIZED,
                format!("mapped {:?}", rejection.kind()),
            )
                .into_response()
        })
        .build()
        .unwrap();
    let table: JamRouter = jam_routes![MAYBE.optional() = [get("/", asks)]];
    let app = table.into_router(&jam).unwrap();
    let answer = get_with(&app, "/", &[]).await;
    assert_eq!(answer.body, "mapped NoCredential");
    let layered = Router::new()
        .route("/", get(name))
        .layer(AuthenticationLayer::new(SessionBackend::new(jam)));
    let answer = get_with(&layered, "/", &[("cookie", "__Host-session=bad")]).await;
    assert_eq!(answer.body, "mapped InvalidCredential");
    // A 401 response has a challenge, also if the application writes the response.
    assert_eq!(answer.challenge(), r#"Bearer error="invalid_token""#);
}

#[tokio::test]
async fn a_mapped_401_has_a_bare_challenge_if_the_original_status_differs() {
    let jam = Jam::builder()
        .jwt(Jwt::hs256(SECRET))
        .on_reject(|_, _| StatusCode::UNAUTHORIZED.into_response())
        .build()
        .unwrap();
    let headers = [("authorization", "Bearer a b")];
    let answer = get_with(&app(jam), "/bearer/user", &headers).await;
    assert_eq!(
        (answer.status.as_u16(), answer.challenge()),
        (401, "Bearer")
    );
}

#[test]
fn a_file_keeps_the_settings_of_the_builder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jam.json");
    let config = r#"{"session":{"store":"memory"},"origins":["https://a.example"]}"#;
    std::fs::write(&path, config).unwrap();
    let builder = Jam::builder()
        .origin("not an origin")
        .config(&path)
        .unwrap();
    let error = builder.build().unwrap_err().to_string();
    assert!(error.contains("not an origin"), "{error}");
    let builder = Jam::builder().development("192.0.2.1:1".parse().unwrap());
    let error = builder.config(&path).unwrap().build().unwrap_err();
    assert_eq!(error.keys().collect::<Vec<_>>(), ["development"]);
}

#[tokio::test]
async fn unused_sessions_are_freed_after_the_idle_timeout() {
    let store = Arc::new(MemoryStore::new());
    let sessions =
        Sessions::in_store(Arc::clone(&store)).idle_timeout(std::time::Duration::from_secs(60));
    let (jam, clock) = jam_with(Jwt::hs256(SECRET), sessions);
    let kept = jam.create_session("kept", &User { user: 0 }).await.unwrap();
    let kept_cookie = format!("sid={}", kept.as_str());
    let app = app(jam.clone());
    for hour in 0..20 {
        for _ in 0..100 {
            let _ = jam.create_session("a", &User { user: hour }).await.unwrap();
        }
        for _ in 0..70 {
            clock.advance(50);
            let answer = get_with(&app, "/session/user", &[("cookie", &kept_cookie)]).await;
            assert_eq!(answer.status, 200, "a used session is not freed");
        }
    }
    assert!(store.len() < 400, "{} of 2000 are left", store.len());
}

#[tokio::test]
async fn a_rotation_keeps_a_concurrent_use() {
    let store = MemoryStore::new();
    let (old, new) = (
        SessionId::from_bytes([1; 32]),
        SessionId::from_bytes([2; 32]),
    );
    let record = Record::new("a".to_owned(), SessionData::from_json("{}"), 100, 10_000);
    store
        .create(old, record.clone(), OwnerLimit::DEFAULT)
        .await
        .unwrap();
    let usage = Usage {
        now: 500,
        interval: 0,
        idle_timeout: u64::MAX,
    };
    store.load(&old, Some(usage)).await.unwrap();
    store.rotate(&old, new, record).await.unwrap();
    assert_eq!(
        store.load(&new, None).await.unwrap().unwrap().last_seen,
        500
    );
}

#[tokio::test]
async fn a_rejected_cross_site_request_does_not_count_as_a_use() {
    let (jam, clock) = jam();
    let app = app(jam);
    let cookie = login(&app, "/session/login").await;
    clock.advance(1800);
    let cross = [
        ("cookie", cookie.as_str()),
        ("sec-fetch-site", "cross-site"),
    ];
    assert_eq!(
        call(&app, "POST", "/session/user", &cross).await.status,
        403
    );
    clock.advance(1800);
    assert_eq!(
        get_with(&app, "/session/user", &cross[..1]).await.status,
        401
    );
}

#[test]
fn a_public_key_is_not_accepted_as_a_secret() {
    for pem in [
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBg",
        "\n-----BEGIN RSA PUBLIC KEY-----\nMII",
    ] {
        let secret = format!("{pem}{}", "A".repeat(64));
        let error = Jam::builder().jwt(Jwt::hs256(secret)).build().unwrap_err();
        assert!(error.to_string().contains("not a secret"), "{error}");
    }
}

#[tokio::test]
async fn a_layer_rejects_impossible_names() {
    for wrong in ["x token", "", "cookie", "Cookie"] {
        let (jam, _) = jam();
        let made = catch_unwind(AssertUnwindSafe(|| JwtBackend::new(jam).header(wrong)));
        assert!(made.is_err(), "{wrong}");
    }
    let (jam, _) = jam();
    let made = catch_unwind(AssertUnwindSafe(|| JwtBackend::new(jam).cookie("a b")));
    assert!(made.is_err());
}

#[test]
fn claims_without_a_jti_get_one_when_they_are_signed() {
    let (jam, _) = jam();
    let foreign = jam.verify_jwt_token::<User>(&foreign_token()).unwrap();
    assert!(foreign.registered().token_id().is_none());
    let token = jam.gen_jwt_token(&foreign).unwrap();
    let own = jam.verify_jwt_token::<User>(token.as_str()).unwrap();
    assert!(own.registered().token_id().is_some());
    assert_eq!(own.registered().expires_at(), NOW + 600);
}

#[tokio::test]
async fn a_caller_of_a_marked_handler_can_be_passed_by_value() {
    async fn job(user: Auth<User>) -> u64 {
        user.user
    }
    #[jam_auth(backend = "jwt")]
    async fn spawns(user: Auth<User>) -> String {
        tokio::spawn(job(user.into_auth()))
            .await
            .unwrap()
            .to_string()
    }
    let app = Router::new().route("/", any(spawns)).with_state(jam().0);
    let bearer = format!("Bearer {}", foreign_token());
    assert_eq!(
        get_with(&app, "/", &[("authorization", &bearer)])
            .await
            .body,
        "1"
    );
    assert_eq!(
        call(&app, "OPTIONS", "/", &[]).await.status,
        401,
        "the handler does not run for an anonymous request"
    );
}

/// A test by compilation: this crate denies warnings. The braces of an optional handler with one
/// expression must not cause a warning.
#[jam_auth(backend = "jwt", optional)]
async fn one_expression(user: Option<Auth<User>>) -> String {
    format!("{}", user.is_some())
}

#[tokio::test]
async fn an_optional_handler_of_one_expression_has_no_warning() {
    let app = Router::new()
        .route("/", get(one_expression))
        .with_state(jam().0);
    assert_eq!(get_with(&app, "/", &[]).await.body, "false");
}

const SIGNED_IN: Access<User> = user().backend("session").cookie("sid").login("/login");

#[tokio::test]
async fn a_caller_that_must_reauthenticate_reaches_the_login_page() {
    async fn page() -> &'static str {
        "page"
    }
    let (jam, clock) = jam();
    let table: JamRouter<Jam> = jam_routes![
        SIGNED_IN.guest().redirect_to("/") = [get("/login", page), post("/login", page)],
        SIGNED_IN = [get("/", page).fresh(minutes(5))],
    ];
    let app = table.into_router(&jam).unwrap().with_state(jam.clone());
    let session = jam.create_session("1", &User { user: 1 }).await.unwrap();
    let cookie = format!("sid={}", session.as_str());
    clock.advance(300);
    let browser = [("cookie", cookie.as_str()), ("accept", "text/html")];
    let sent = get_with(&app, "/", &browser).await;
    let to = sent.header("location").unwrap();
    assert_eq!(to, "/login?next=/&reauth=1");
    assert_eq!(get_with(&app, to, &browser).await.body, "page");
    assert_eq!(call(&app, "POST", to, &browser).await.body, "page");
    assert_eq!(get_with(&app, "/login", &browser).await.status, 303);
    let foreign = [browser[0], ("sec-fetch-site", "cross-site")];
    assert_eq!(call(&app, "POST", to, &foreign).await.status, 403);
}

#[tokio::test]
async fn the_login_page_does_not_redirect_to_itself() {
    const BY_HEADER: Access<User> = user()
        .backend("session")
        .header("authorization")
        .cookie("sid")
        .login("/login");
    async fn page() {}
    let (jam, _) = jam();
    let table: JamRouter<Jam> = jam_routes![
        BY_HEADER.guest() = [get("/login", page)],
        BY_HEADER.optional() = [get("/maybe", page)],
        SIGNED_IN = [get("/other", page)],
    ];
    let inner = table.into_router(&jam).unwrap().with_state(jam.clone());
    let browser = [
        ("authorization", "Bearer of-the-proxy"),
        ("accept", "text/html"),
    ];
    for path in ["/login", "/maybe"] {
        assert_eq!(get_with(&inner, path, &browser).await.status, 401, "{path}");
    }
    let table: JamRouter<Jam> = jam_routes![SIGNED_IN = [get("/login", page)]];
    let app = table.into_router(&jam).unwrap().with_state(jam);
    assert_eq!(get_with(&app, "/login?x", &browser[1..]).await.status, 401);
}

/// A store with a stale index. It still lists deleted sessions.
#[derive(Default)]
struct Lagging(MemoryStore);

impl SessionStore for Lagging {
    async fn create(
        &self,
        id: SessionId,
        record: Record,
        limit: OwnerLimit,
    ) -> Result<jam::session::WriteOutcome, jam::StoreError> {
        self.0.create(id, record, limit).await
    }

    async fn load(
        &self,
        id: &SessionId,
        usage: Option<Usage>,
    ) -> Result<Option<Arc<Record>>, jam::StoreError> {
        self.0.load(id, usage).await
    }

    async fn update(
        &self,
        id: &SessionId,
        record: Record,
    ) -> Result<jam::session::WriteOutcome, jam::StoreError> {
        self.0.update(id, record).await
    }

    async fn rotate(
        &self,
        old: &SessionId,
        new: SessionId,
        record: Record,
    ) -> Result<jam::session::WriteOutcome, jam::StoreError> {
        self.0.rotate(old, new, record).await
    }

    async fn find(&self, id: &SessionId) -> Result<Option<SessionId>, jam::StoreError> {
        self.0.find(id).await
    }

    async fn delete(&self, _: &SessionId) -> Result<bool, jam::StoreError> {
        Ok(false)
    }

    async fn delete_by_owner(
        &self,
        owner: &str,
        keep: Option<SessionId>,
    ) -> Result<u64, jam::StoreError> {
        self.0.delete_by_owner(owner, keep).await
    }

    async fn list_by_owner(
        &self,
        owner: &str,
        page: jam::session::Page,
    ) -> Result<Vec<(SessionId, Arc<Record>)>, jam::StoreError> {
        self.0.list_by_owner(owner, page).await
    }

    async fn values(
        &self,
        keys: &[jam::session::ValueKey],
        now: u64,
    ) -> Result<Vec<Option<jam::session::Value>>, jam::StoreError> {
        self.0.values(keys, now).await
    }

    async fn swap_value(
        &self,
        key: jam::session::ValueKey,
        present: Option<jam::session::Value>,
        value: jam::session::Value,
        now: u64,
    ) -> Result<jam::session::WriteOutcome, jam::StoreError> {
        self.0.swap_value(key, present, value, now).await
    }
}

#[tokio::test]
async fn a_logout_returns_503_if_the_store_still_lists_deleted_sessions() {
    let (jam, _) = jam_with(Jwt::hs256(SECRET), Sessions::in_store(Lagging::default()));
    let app = app(jam);
    let cookie = login(&app, "/session/login").await;
    let answer = call(&app, "POST", "/logout", &[("cookie", &cookie)]).await;
    assert_eq!(answer.status, 503);
    assert!(answer.set_cookies().is_empty(), "the user can try again");
}

#[test]
fn a_guest_rule_is_checked_at_startup() {
    async fn page() {}
    let tokens_only = Jam::builder().jwt(Jwt::hs256(SECRET)).build().unwrap();
    let table: JamRouter = jam_routes![SIGNED_IN.guest() = [get("/login", page)]];
    let error = table.into_router(&tokens_only).unwrap_err().to_string();
    assert!(error.contains("needs the backend \"session\""), "{error}");
    let table: JamRouter = jam_routes![user::<User>().guest() = [get("/login", page)]];
    assert!(
        table
            .into_router(&jam().0)
            .unwrap_err()
            .to_string()
            .contains(".backend(")
    );
}

#[tokio::test]
async fn a_denial_is_never_200_and_does_not_reveal_a_hidden_route() {
    async fn says(axum::extract::Path(code): axum::extract::Path<u16>) -> Result<bool, StatusCode> {
        Err(StatusCode::from_u16(code).unwrap())
    }
    async fn page() {}
    let (jam, _) = jam();
    let table: JamRouter<Jam> = jam_routes![
        SIGNED_IN = [
            get("/open/{code}", page).policy(says),
            get("/hidden/{code}", page).policy(says).hide(),
        ],
    ];
    let app = table.into_router(&jam).unwrap().with_state(jam.clone());
    let session = jam.create_session("1", &User { user: 1 }).await.unwrap();
    let cookie = format!("sid={}", session.as_str());
    for (path, status) in [
        ("/open/402", 402),
        ("/open/200", 403),
        ("/hidden/402", 404),
        ("/hidden/200", 404),
    ] {
        let answer = get_with(&app, path, &[("cookie", &cookie)]).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}

#[test]
fn the_rule_of_a_verb_precedes_the_rule_of_any_in_openapi() {
    const TOKEN: Access<User> = user().backend("jwt");
    async fn page() {}
    let table: JamRouter = jam_routes![
        TOKEN = [get("/x", page)],
        public("rest") = [any("/x", page)]
    ];
    let item = &table.table().openapi()["paths"]["/x"];
    assert_eq!(
        item["get"]["security"],
        serde_json::json!([{ "jwt_bearer": [] }])
    );
    assert_eq!(item["post"]["security"], serde_json::json!([]));
}

#[test]
fn a_table_shows_the_payload_of_its_rules() {
    const USERS: Access<User> = user().backend("session").cookie("sid");
    const ADMINS: Access<Admin> = user().backend("session").cookie("sid");
    assert_ne!(USERS.to_string(), ADMINS.to_string());
    assert_ne!(SIGNED_IN.to_string(), USERS.to_string());
}

#[tokio::test]
async fn an_unlimited_timeout_does_not_overflow() {
    use std::time::Duration;
    let sessions = Sessions::in_memory()
        .idle_timeout(Duration::MAX)
        .absolute_timeout(Duration::MAX);
    let (jam, clock) = jam_with(Jwt::hs256(SECRET), sessions);
    for _ in 0..300 {
        clock.advance(1_000_000);
        let session = jam.create_session("1", &User { user: 1 }).await.unwrap();
        assert!(jam.rotate_session(&session).await.is_ok());
    }
    assert_eq!(jam.sessions::<User>("1").await.unwrap().len(), 300);
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
#[jam(kind = "at")]
struct LikeTheOthers {
    user: u64,
}

#[test]
fn a_kind_equal_to_the_token_type_is_not_accepted() {
    let jwt = Jwt::hs256(SECRET).token_type("at+jwt");
    let (jam, _) = jam_with(jwt, Sessions::in_memory());
    let login = jam
        .gen_jwt_token(&jam.make_payload(User { user: 1 }))
        .unwrap();
    assert!(jam.verify_jwt_token::<User>(login.as_str()).is_ok());
    assert!(
        jam.verify_jwt_token::<LikeTheOthers>(login.as_str())
            .is_err()
    );
}

#[test]
fn a_renewed_token_keeps_the_auth_time() {
    let (jam, clock) = jam();
    let login = jam
        .gen_jwt_token(&jam.make_payload(User { user: 1 }))
        .unwrap();
    clock.advance(600);
    let old = jam.verify_jwt_token::<User>(login.as_str()).unwrap();
    let auth_time = old.registered().auth_time().unwrap();
    let renewed = jam.make_payload(old.into_inner()).with_auth_time(auth_time);
    let renewed = jam.gen_jwt_token(&renewed).unwrap();
    let read = jam.verify_jwt_token::<User>(renewed.as_str()).unwrap();
    assert_eq!(read.registered().auth_time(), Some(NOW));
    assert_eq!(read.registered().issued_at(), Some(NOW + 600));
}

/// Payloads that call the store or panic when they are dropped. The memory store must not drop them
/// under a lock: a call of the store would then deadlock, and a panic would keep the session alive.
mod payloads_with_a_drop_implementation {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, OnceLock, mpsc};
    use std::time::Duration;

    use jam::{Jam, JamPayload, Sessions, session::MemoryStore};
    use serde::{Deserialize, Serialize};

    static STORE: OnceLock<Arc<MemoryStore>> = OnceLock::new();
    static PANICS: AtomicBool = AtomicBool::new(false);

    #[derive(Clone, Serialize, Deserialize, JamPayload)]
    struct Curious {
        name: String,
    }

    impl Drop for Curious {
        fn drop(&mut self) {
            assert!(
                !PANICS.load(Ordering::Relaxed) || std::thread::panicking(),
                "the test requests this panic"
            );
            if let Some(store) = STORE.get() {
                let _ = store.len();
            }
        }
    }

    #[test]
    fn a_payload_is_not_dropped_under_a_lock() {
        let store = STORE.get_or_init(|| Arc::new(MemoryStore::new()));
        let (done, ended) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            runtime.block_on(async {
                let jam = Jam::builder()
                    .sessions(Sessions::in_store(Arc::clone(store)))
                    .build()
                    .unwrap();
                let curious = Curious {
                    name: "a".to_owned(),
                };
                for _ in 0..3 {
                    let session = jam.create_session("a", &curious).await.unwrap();
                    drop(jam.get_session::<Curious>(&session).await.unwrap());
                    let session = jam.rotate_session(&session).await.unwrap();
                    drop(jam.get_session::<Curious>(&session).await.unwrap());
                    let changed = jam.update_session(&session, |user: &mut Curious| {
                        user.name.push('b');
                    });
                    drop(changed.await.unwrap());
                    drop(jam.get_session::<Curious>(&session).await.unwrap());
                    assert!(jam.delete_session(&session).await.unwrap());
                }
                // A session ends even if its payload panics.
                let session = jam.create_session("a", &curious).await.unwrap();
                drop(jam.get_session::<Curious>(&session).await.unwrap());
                let id = *session.id();
                let deleting = tokio::task::LocalSet::new();
                let other = jam.clone();
                let deleted = deleting.run_until(async move {
                    PANICS.store(true, Ordering::Relaxed);
                    tokio::task::spawn_local(async move { other.delete_session(id).await }).await
                });
                assert!(deleted.await.is_err(), "the payload panicked");
                PANICS.store(false, Ordering::Relaxed);
                assert!(
                    jam.get_session::<Curious>(&session)
                        .await
                        .unwrap()
                        .is_none()
                );
            });
            done.send(()).unwrap();
        });
        let ended = ended.recv_timeout(Duration::from_secs(20));
        assert!(
            ended.is_ok(),
            "the store deadlocks, or the test failed in its thread"
        );
    }
}
