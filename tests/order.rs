//! The order of evaluation. The gate runs first: a rejected request runs no other extractor and no
//! handler, and its body is not read.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{FromRef, FromRequestParts, Request};
use axum::routing::post;
use http::request::Parts;
use jam::{Access, Auth, Jam, JamRouter, dsl::user, jam_auth, jam_routes};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{User, foreign_token, jam, send};

#[derive(Clone, Default)]
struct Runs(Arc<[AtomicUsize; 3]>);

const EXTRACTOR: usize = 0;
const BODY: usize = 1;
const HANDLER: usize = 2;

impl Runs {
    fn count(&self, what: usize) {
        self.0[what].fetch_add(1, Ordering::SeqCst);
    }

    fn counts(&self) -> [usize; 3] {
        [EXTRACTOR, BODY, HANDLER].map(|what| self.0[what].load(Ordering::SeqCst))
    }
}

#[derive(Clone, FromRef)]
struct App {
    jam: Jam,
    runs: Runs,
}

struct Counted;

impl FromRequestParts<App> for Counted {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Infallible> {
        app.runs.count(EXTRACTOR);
        Ok(Self)
    }
}

#[jam_auth(backend = "jwt")]
async fn attributed(
    _: Auth<User>,
    _: Counted,
    app: axum::extract::State<App>,
    body: Bytes,
) -> String {
    app.runs.count(HANDLER);
    body.len().to_string()
}

async fn tabled(_: Auth<User>, _: Counted, app: axum::extract::State<App>, body: Bytes) -> String {
    app.runs.count(HANDLER);
    body.len().to_string()
}

const API: Access<User> = user().backend("jwt");

fn table() -> JamRouter<App> {
    jam_routes![API = [post("/table", tabled)]]
}

fn app() -> (Router, Runs) {
    let state = App {
        jam: jam().0,
        runs: Runs::default(),
    };
    let runs = state.runs.clone();
    let router = table()
        .into_router(&state.jam)
        .unwrap()
        .route("/attribute", post(attributed))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(state);
    (router, runs)
}

fn request(path: &str, token: Option<&str>, runs: &Runs) -> Request {
    let runs = runs.clone();
    // The counter records the first poll of the body.
    let body = Body::from_stream(Once(Some(move || runs.count(BODY))));
    let mut request = Request::post(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(body).unwrap()
}

/// A stream of one chunk that records its first poll.
struct Once<F>(Option<F>);

impl<F: FnOnce() + Unpin> futures_core::Stream for Once<F> {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.take().map(|polled| {
            polled();
            Ok(Bytes::from_static(b"four"))
        }))
    }
}

#[tokio::test]
async fn a_rejected_request_runs_nothing_else() {
    let (app, runs) = app();
    let forged = foreign_token() + "A";
    for path in ["/attribute", "/table"] {
        for token in [None, Some("garbage"), Some(forged.as_str())] {
            let answer = send(&app, request(path, token, &runs)).await;
            assert_eq!(answer.status, 401);
        }
    }
    assert_eq!(runs.counts(), [0, 0, 0]);
}

#[tokio::test]
async fn an_accepted_request_runs_everything_once() {
    let (app, runs) = app();
    for (at, path) in ["/attribute", "/table"].into_iter().enumerate() {
        let answer = send(&app, request(path, Some(&foreign_token()), &runs)).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "4"));
        assert_eq!(runs.counts(), [at + 1; 3]);
    }
}

/// Asserts that the response arrives over a real connection before the server reads 100 MB of body.
#[tokio::test]
async fn a_body_of_100_mb_is_not_read_before_the_rejection() {
    const BODY_LENGTH: usize = 100 * 1024 * 1024;
    let (app, runs) = app();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    for path in ["/attribute", "/table"] {
        let connection = tokio::net::TcpStream::connect(address).await.unwrap();
        let (mut read, mut write) = connection.into_split();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {BODY_LENGTH}\r\n\r\n"
        );
        write.write_all(head.as_bytes()).await.unwrap();
        // Sends until the server closes the connection.
        let sender = tokio::spawn(async move {
            let chunk = vec![b'x'; 64 * 1024];
            let mut sent = 0;
            while sent < BODY_LENGTH && write.write_all(&chunk).await.is_ok() {
                sent += chunk.len();
            }
            sent
        });
        let mut answer = Vec::new();
        let mut buffer = [0; 1024];
        while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
            let read = read.read(&mut buffer).await.unwrap();
            assert!(read > 0, "closed before the answer");
            answer.extend_from_slice(&buffer[..read]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 401 "));
        drop(read);
        let sent = sender.await.unwrap();
        assert!(sent < BODY_LENGTH, "the server took the whole body");
    }
    assert_eq!(runs.counts(), [0, 0, 0]);
    server.abort();
}
