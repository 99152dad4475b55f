//! Items that the tests share: a user, an application, and a client that calls it.

use std::fs::File;
use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use jam::testing::ManualClock;
use jam::{Auth, Jam, JamPayload, Jwt, Payload, Sessions, jam_auth};
use serde::{Deserialize, Serialize};
use tower::ServiceExt;
use tracing_subscriber::fmt::MakeWriter;

pub(crate) const SECRET: &str = "jam-interop-secret-0123456789abcdef0123456789abcdef";
pub(crate) const NOW: u64 = 1_800_000_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JamPayload)]
pub(crate) struct User {
    pub(crate) user: u64,
}

/// Returns a `Jam` with both backends and a clock that stands at [`NOW`].
pub(crate) fn jam() -> (Jam, ManualClock) {
    jam_with(Jwt::hs256(SECRET), Sessions::in_memory())
}

pub(crate) fn jam_with(jwt: Jwt, sessions: Sessions) -> (Jam, ManualClock) {
    let clock = ManualClock::at(NOW);
    let builder = Jam::builder().jwt(jwt).sessions(sessions);
    (builder.clock(clock.clone()).build().unwrap(), clock)
}

async fn jwt_login(State(jam): State<Jam>) -> Result<impl IntoResponse, jam::Error> {
    let token = jam.gen_jwt_token(&jam.make_payload(User { user: 1 }))?;
    Ok(jam.jwt_cookie("jwt", token))
}

async fn session_login(State(jam): State<Jam>) -> Result<impl IntoResponse, jam::Error> {
    let session = jam.create_session("username", &User { user: 1 }).await?;
    Ok(jam.session_cookie("sid", session))
}

#[jam_auth(backend = "jwt", cookie = "jwt")]
async fn jwt_user(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

#[jam_auth(backend = "jwt")]
async fn bearer_user(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

#[jam_auth(backend = "session", cookie = "sid")]
async fn session_user(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

#[jam_auth(backend = "session", header = "x-session")]
async fn session_header_user(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

#[jam_auth(backend = "session", cookie = "sid", optional)]
async fn home(user: Option<Auth<User>>) -> String {
    match user {
        Some(user) => format!("user {}", user.user),
        None => "anonymous".to_owned(),
    }
}

#[jam_auth(backend = "session", cookie = "sid")]
async fn logout(user: Auth<User>, State(jam): State<Jam>) -> Result<impl IntoResponse, jam::Error> {
    Ok((jam.logout(&user).await?, StatusCode::NO_CONTENT))
}

async fn public() -> &'static str {
    "public"
}

/// Returns an application with a handler of every kind.
pub(crate) fn app(jam: Jam) -> Router {
    Router::new()
        .route("/jwt/login", post(jwt_login))
        .route("/jwt/user", get(jwt_user).post(jwt_user))
        .route("/bearer/user", get(bearer_user).post(bearer_user))
        .route("/session/login", post(session_login))
        .route("/session/user", get(session_user).post(session_user))
        .route("/session/header", get(session_header_user))
        .route("/home", get(home).post(home))
        .route("/logout", post(logout))
        .route("/public", get(public))
        .with_state(jam)
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn challenge(&self) -> &str {
        self.header("www-authenticate").unwrap_or("")
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn set_cookies(&self) -> Vec<String> {
        let fields = self.headers.get_all("set-cookie").iter();
        fields
            .map(|field| field.to_str().unwrap().to_owned())
            .collect()
    }

    /// Returns `name=value` of the only cookie that the response sets.
    pub(crate) fn cookie(&self) -> String {
        let cookies = self.set_cookies();
        assert_eq!(cookies.len(), 1, "{cookies:?}");
        cookies[0].split(';').next().unwrap().to_owned()
    }
}

pub(crate) async fn send(app: &Router, request: Request) -> Answer {
    if TRACE_FILE.is_some() {
        trace();
    }
    let response = app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

pub(crate) async fn call(
    app: &Router,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(app, request.body(Body::empty()).unwrap()).await
}

pub(crate) async fn get_with(app: &Router, path: &str, headers: &[(&str, &str)]) -> Answer {
    call(app, "GET", path, headers).await
}

/// Returns the `Authorization` value for this user.
pub(crate) fn bearer(jam: &Jam, user: &impl Payload) -> String {
    let token = jam.gen_jwt_token(&jam.make_payload(user.clone())).unwrap();
    format!("Bearer {}", token.as_str())
}

/// Signs in and returns the cookie for later requests.
pub(crate) async fn login(app: &Router, path: &str) -> String {
    let answer = call(app, "POST", path, &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.cookie()
}

/// Returns a token of this header and payload, without changes, signed with [`SECRET`].
pub(crate) fn forge(header: &str, payload: &str) -> String {
    forge_bytes(header.as_bytes(), payload.as_bytes(), SECRET.as_bytes())
}

pub(crate) fn forge_bytes(header: &[u8], payload: &[u8], secret: &[u8]) -> String {
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret).unwrap();
    mac.update(signed.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{signed}.{signature}")
}

/// Returns a valid token of user 1, as another library would write it.
pub(crate) fn foreign_token() -> String {
    forge(r#"{"typ":"JWT","alg":"HS256"}"#, &claims(r#""user":1"#))
}

pub(crate) fn claims(members: &str) -> String {
    format!(r#"{{"exp":{},{members}}}"#, NOW + 600)
}

/// Returns the JSON of one part of a token.
pub(crate) fn part(token: &str, at: usize) -> serde_json::Value {
    let part = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// The file that `JAM_TRACE` names. All that is logged is appended to it too; `scripts/leaks` reads it.
static TRACE_FILE: LazyLock<Option<File>> = LazyLock::new(|| {
    let path = std::env::var_os("JAM_TRACE")?;
    Some(
        File::options()
            .create(true)
            .append(true)
            .open(path)
            .unwrap(),
    )
});

/// A log, such as that of one thread.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Some(mut file) = TRACE_FILE.as_ref() {
            file.write_all(bytes)?;
        }
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Lines {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// Collects all that is logged by the whole process from now on, at every level.
///
/// Tests on other threads can make `tracing` cache that no subscriber is interested, and a subscriber of one
/// thread would then miss events.
pub(crate) fn trace() -> &'static Lines {
    static TRACE: LazyLock<Lines> = LazyLock::new(|| {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::TRACE)
            .with_writer(lines.clone());
        tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
        lines
    });
    &TRACE
}

/// Collects the log of this thread until the guard is dropped.
pub(crate) fn log() -> (Lines, tracing::subscriber::DefaultGuard) {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(lines.clone());
    (lines, tracing::subscriber::set_default(subscriber.finish()))
}
