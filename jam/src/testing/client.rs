//! A test client for an application, which signs in and keeps cookies as a browser does.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::response::Response;
use http::header::{COOKIE, HOST, SET_COOKIE};
use http::{HeaderMap, HeaderName, Method};
use tower_service::Service;

use super::request::{TestRequest, TestResponse};
use crate::router::JamRouter;
use crate::setup::jam::Jam;
use jam_core::payload::Payload;
use jam_core::request::cookie::Transport;
use jam_core::rule::DEFAULT_SESSION_COOKIE;
use jam_core::rule::{BackendName, Source};

/// Calls an application inside the process, with a cookie jar and the headers that a browser adds.
///
/// ```
/// # use jam::{Access, Auth, Jam, JamPayload, JamRouter, Sessions, dsl::user, jam_routes};
/// # use serde::{Deserialize, Serialize};
/// use jam::testing::TestClient;
///
/// # #[derive(Clone, Serialize, Deserialize, JamPayload)]
/// # struct User { user: u64 }
/// # const WEB: Access<User> = user().backend("session").cookie("sid");
/// # async fn me(user: Auth<User>) -> String { user.user.to_string() }
/// fn routes() -> JamRouter<Jam> { jam_routes![WEB = [get("/me", me)]] }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), jam::ConfigError> {
/// let jam = Jam::builder().sessions(Sessions::in_memory()).build()?;
///
/// let anonymous = TestClient::new(routes(), &jam);
/// assert_eq!(anonymous.get("/me").await.status(), 401);
///
/// let client = TestClient::new(routes(), &jam).session(&User { user: 7 });
/// assert_eq!(client.get("/me").await.text(), "7");
/// # Ok(())
/// # }
/// ```
///
/// A request has a `Host`, and with an unsafe method the `Origin` and `Sec-Fetch-Site` of a page of the
/// application. Cookies that an answer sets are sent from then on. Redirects are not followed.
#[must_use = "a client does nothing until it sends a request"]
pub struct TestClient {
    app: Router,
    jam: Jam,
    /// The sources of sessions and of tokens in the rules of the table.
    sessions: Vec<Source>,
    tokens: Vec<Source>,
    sign_in: Mutex<Option<SignIn>>,
    /// The names, with their prefix, and the values of the cookies.
    cookies: Mutex<Vec<(String, String)>>,
    headers: Mutex<HeaderMap>,
}

pub(super) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// Creates the credential at the first request.
type SignIn = Box<dyn FnOnce(Jam) -> BoxFuture<'static, Result<Credential, crate::Error>> + Send>;

enum Credential {
    Session(String),
    Token(String),
}

/// An application that a [`TestClient`] can call.
pub trait Application {
    #[doc(hidden)]
    fn into_app(self, jam: &Jam) -> (Router, Vec<(Option<BackendName>, Source)>);
}

impl Application for Router {
    fn into_app(self, _: &Jam) -> (Router, Vec<(Option<BackendName>, Source)>) {
        (self, Vec::new())
    }
}

impl Application for JamRouter {
    fn into_app(self, jam: &Jam) -> (Router, Vec<(Option<BackendName>, Source)>) {
        let sources = self.sources();
        (checked(self, jam), sources)
    }
}

impl Application for JamRouter<Jam> {
    fn into_app(self, jam: &Jam) -> (Router, Vec<(Option<BackendName>, Source)>) {
        let sources = self.sources();
        (checked(self, jam).with_state(jam.clone()), sources)
    }
}

impl<S: Clone + Send + Sync + 'static> Application for (JamRouter<S>, S) {
    fn into_app(self, jam: &Jam) -> (Router, Vec<(Option<BackendName>, Source)>) {
        let (routes, state) = self;
        let sources = routes.sources();
        (checked(routes, jam).with_state(state), sources)
    }
}

fn checked<S: Clone + Send + Sync + 'static>(routes: JamRouter<S>, jam: &Jam) -> Router<S> {
    match routes.into_router(jam) {
        Ok(router) => router,
        Err(error) => panic!("{error}"),
    }
}

impl TestClient {
    /// Creates a client for `app`: a table without a state or with the state `jam`, a table with its state as
    /// `(routes(), state)`, or an [`axum::Router`].
    ///
    /// # Panics
    ///
    /// Panics if the table cannot be served, with the reasons.
    pub fn new(app: impl Application, jam: &Jam) -> Self {
        let (app, sources) = app.into_app(jam);
        let only = jam.authenticator().only_backend();
        let of = |wanted| {
            let sources = sources.iter().copied();
            let own = sources.filter(|(backend, _)| backend.or(only) == Some(wanted));
            own.map(|(_, source)| source).collect()
        };
        Self {
            sessions: of(BackendName::Session),
            tokens: of(BackendName::Jwt),
            app,
            jam: jam.clone(),
            sign_in: Mutex::default(),
            cookies: Mutex::default(),
            headers: Mutex::default(),
        }
    }

    /// Signs in with a session. The first request creates it. It is sent in the cookie that the rules of the
    /// table read, or in `__Host-session`.
    ///
    /// The owner of the session is the payload's subject, or `test`.
    pub fn session<P: Payload>(self, user: &P) -> Self {
        let user = user.clone();
        self.signing_in(Box::new(move |jam| {
            Box::pin(async move {
                let owner = user
                    .subject()
                    .map_or("test".into(), |owner| owner.into_owned());
                let session = jam.create_session(&owner, &user).await?;
                Ok(Credential::Session(session.into_string()))
            })
        }))
    }

    /// Signs in with a token. The first request signs it. It is sent where the rules of the table read
    /// tokens, or in the `Authorization` header.
    pub fn token<P: Payload>(self, user: &P) -> Self {
        let user = user.clone();
        self.signing_in(Box::new(move |jam| {
            Box::pin(async move {
                let token = jam.gen_jwt_token(&jam.make_payload(user))?;
                Ok(Credential::Token(token.into_string()))
            })
        }))
    }

    fn signing_in(self, sign_in: SignIn) -> Self {
        *lock(&self.sign_in) = Some(sign_in);
        self
    }

    /// Sends this cookie with every request.
    pub fn cookie(self, name: &str, value: impl Into<String>) -> Self {
        let name = self.jam.transport().wire_name(name);
        set(&mut lock(&self.cookies), name, value.into());
        self
    }

    /// Creates a GET request.
    pub fn get(&self, path: &str) -> TestRequest<'_> {
        self.request(Method::GET, path)
    }

    /// Creates a POST request.
    pub fn post(&self, path: &str) -> TestRequest<'_> {
        self.request(Method::POST, path)
    }

    /// Creates a PUT request.
    pub fn put(&self, path: &str) -> TestRequest<'_> {
        self.request(Method::PUT, path)
    }

    /// Creates a DELETE request.
    pub fn delete(&self, path: &str) -> TestRequest<'_> {
        self.request(Method::DELETE, path)
    }

    /// Creates a request with any method. It is sent when it is awaited.
    pub fn request(&self, method: impl Into<Method>, path: &str) -> TestRequest<'_> {
        let method = method.into();
        let host = match self.jam.transport() {
            Transport::Https => "app.example",
            Transport::PlainLoopback => "localhost",
        };
        let request = Request::builder().uri(path).header(HOST, host);
        let request = TestRequest::new(self, request.method(method.clone()));
        match matches!(method, Method::GET | Method::HEAD | Method::OPTIONS) {
            true => request,
            false => {
                let scheme = match self.jam.transport() {
                    Transport::Https => "https",
                    Transport::PlainLoopback => "http",
                };
                request
                    .header("origin", &format!("{scheme}://{host}"))
                    .header("sec-fetch-site", "same-origin")
            }
        }
    }

    pub(super) async fn send(&self, mut request: Request) -> TestResponse {
        let sign_in = lock(&self.sign_in).take();
        if let Some(sign_in) = sign_in {
            match sign_in(self.jam.clone()).await {
                Ok(credential) => self.present(credential),
                Err(error) => panic!("the test client cannot sign in: {error}"),
            }
        }
        for (name, value) in lock(&self.headers).iter() {
            request.headers_mut().entry(name).or_insert(value.clone());
        }
        let cookies = lock(&self.cookies).clone();
        if !cookies.is_empty() {
            let pairs = cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            let field = pairs.collect::<Vec<_>>().join("; ");
            insert(request.headers_mut(), COOKIE, &field);
        }
        let Ok(answer) = self.app.clone().call(request).await;
        self.keep_cookies(&answer);
        let (parts, body) = answer.into_parts();
        match to_bytes(body, usize::MAX).await {
            Ok(body) => TestResponse::new(parts, body),
            Err(error) => panic!("the body of the answer cannot be read: {error}"),
        }
    }

    /// Puts the credential where the rules read it.
    fn present(&self, credential: Credential) {
        let (credential, sources, default) = match credential {
            Credential::Session(session) => (
                session,
                &self.sessions,
                Source::Cookie(DEFAULT_SESSION_COOKIE),
            ),
            Credential::Token(token) => (token, &self.tokens, Source::AUTHORIZATION),
        };
        // A session is sent in a cookie and a token in a header, unless no rule reads them there.
        let is_usual = |source: &Source| {
            matches!(source, Source::Cookie(_)) == matches!(default, Source::Cookie(_))
        };
        let any_usual = sources.iter().any(is_usual);
        let sources = sources
            .iter()
            .filter(|source| is_usual(source) || !any_usual);
        let none = sources.clone().next().is_none();
        for source in sources.chain(none.then_some(&default)) {
            if let Some(name) = source.cookie_name() {
                let name = self.jam.transport().wire_name(name);
                set(&mut lock(&self.cookies), name, credential.clone());
                continue;
            }
            let field = match source.is(Source::AUTHORIZATION) {
                true => format!("Bearer {credential}"),
                false => credential.clone(),
            };
            if let Ok(name) = HeaderName::from_bytes(source.header_name().as_bytes()) {
                insert(&mut lock(&self.headers), name, &field);
            }
        }
    }

    fn keep_cookies(&self, answer: &Response) {
        let mut cookies = lock(&self.cookies);
        for field in answer.headers().get_all(SET_COOKIE) {
            let Ok(field) = field.to_str() else { continue };
            let mut parts = field.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            let is_removed = parts.any(|attribute| attribute.eq_ignore_ascii_case("max-age=0"));
            match is_removed {
                true => cookies.retain(|(own, _)| own != name),
                false => set(&mut cookies, name, value.to_owned()),
            }
        }
    }
}

impl fmt::Debug for TestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestClient").finish_non_exhaustive()
    }
}

fn set(cookies: &mut Vec<(String, String)>, name: &str, value: String) {
    cookies.retain(|(own, _)| own != name);
    cookies.push((name.to_owned(), value));
}

pub(super) fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    match value.parse() {
        Ok(value) => {
            headers.insert(name, value);
        }
        Err(_) => panic!("{name}: not the value of a header"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
