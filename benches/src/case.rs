//! One kind of request, which can be sent any number of times.

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{Request, StatusCode};
use tower::Service;

/// A router, a request for it, and the expected status.
pub struct Case {
    router: Router,
    request: Box<dyn Fn() -> Request<Body>>,
    status: StatusCode,
    /// The credential of the request as a header, for clients that use a socket.
    pub header: Option<(&'static str, String)>,
}

impl Case {
    /// Creates a request of `/me` with `header`, which is accepted.
    pub fn new(router: Router, header: Option<(&'static str, String)>) -> Self {
        let sent = header.clone();
        Self {
            router,
            request: Box::new(move || {
                let request = Request::get("/me").header("host", "app.example");
                let request = match &sent {
                    Some((name, value)) => request.header(*name, value),
                    None => request,
                };
                request.body(Body::empty()).expect("a request")
            }),
            status: StatusCode::OK,
            header,
        }
    }

    /// Creates a request of `/me` with one cookie among others.
    pub fn by_cookie(router: Router, name: &str, value: &str) -> Self {
        let cookies = format!("theme=dark; {name}={value}; lang=en");
        Self::new(router, Some(("cookie", cookies)))
    }

    pub fn answered(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    pub fn request(&self) -> Request<Body> {
        (self.request)()
    }

    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Sends one request through the router, without a socket.
    pub fn send(&mut self, request: Request<Body>) {
        let answer = run(self.router.call(request));
        let Ok(answer) = answer;
        assert_eq!(
            answer.status(),
            self.status,
            "the response has the expected status"
        );
        black_box(answer);
    }
}

/// Runs a future that waits for nothing outside the process.
pub fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Returns the routes of every measured router: `me` and three others.
pub fn routes<S: Clone + Send + Sync + 'static>(me: axum::routing::MethodRouter<S>) -> Router<S> {
    async fn other() -> &'static str {
        "other"
    }
    Router::new()
        .route("/me", me)
        .route("/", get(other))
        .route("/about", get(other))
        .route("/notes/{id}", get(other))
}
