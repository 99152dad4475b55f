//! The two ways in which a table passes the caller to a handler: as an argument, or in the request.
//! The response does not depend on the way. Only the cost differs.

use std::marker::PhantomData;

use axum::body::{Body, Bytes};
use axum::extract::{FromRef, FromRequestParts, OriginalUri, Path, RawQuery, State};
use axum::handler::Handler;
use axum::response::IntoResponse;
use axum::{Extension, Router};
use http::request::Parts;
use http::{HeaderMap, Method, Request, Uri};
use jam::__private::{AsArgument, Handed, InRequest, Otherwise as _, ReceivesCaller as _};
use jam::{Access, Auth, Jam, JamRouter, Rejection, dsl::user, jam_routes};

use crate::support::{User, bearer, get_with, jam, send};

const API: Access<User> = user().backend("jwt");

async fn alone(user: Auth<User>) -> String {
    user.user.to_string()
}

async fn first(
    user: Auth<User>,
    method: Method,
    Path(id): Path<u64>,
    State(jam): State<Jam>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: String,
) -> impl IntoResponse {
    let _ = jam.make_payload(User { user: 1 });
    let accept = headers.get("accept").cloned();
    format!("{} {method} {id} {accept:?} {query:?} {body}", user.user)
}

async fn short(
    user: Auth<User>,
    Extension(text): Extension<&'static str>,
    OriginalUri(whole): OriginalUri,
    uri: Uri,
    body: Bytes,
) -> Result<String, &'static str> {
    match body.len() {
        0 => Err("nothing"),
        size => Ok(format!("{} {text} {whole} {uri} {size}", user.user)),
    }
}

/// An extractor of the application that requires a caller.
struct Number(u64);

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejection> {
        let user = Auth::<User>::from_request_parts(parts, state).await?;
        Ok(Self(user.user))
    }
}

async fn twice(user: Auth<User>, Number(number): Number) -> String {
    format!("{} {number}", user.user)
}

/// Extractors for types of the application. They may require the caller.
#[derive(Clone, FromRef)]
struct App {
    jam: Jam,
}

struct NotClone(u64);

impl FromRequestParts<App> for Extension<NotClone> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &App) -> Result<Self, Rejection> {
        let Number(number) = Number::from_request_parts(parts, state).await?;
        Ok(Self(NotClone(number)))
    }
}

impl FromRequestParts<App> for String {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &App) -> Result<Self, Rejection> {
        let Number(number) = Number::from_request_parts(parts, state).await?;
        Ok(number.to_string())
    }
}

async fn extension(user: Auth<User>, Extension(NotClone(own)): Extension<NotClone>) -> String {
    format!("{} {own}", user.user)
}

async fn text(user: Auth<User>, own: String, _: Method) -> String {
    format!("{} {own}", user.user)
}

async fn maybe(user: Option<Auth<User>>) -> String {
    user.map_or(0, |user| user.user).to_string()
}

/// Each handler in both ways. An expression in parentheses is not a plain path, so the caller is
/// passed in the request.
#[allow(unused_parens)]
fn routes() -> JamRouter<Jam> {
    jam_routes![
        API = [
            get("/argument/alone", alone),
            get("/request/alone", (alone)),
            any("/argument/first/{id}", first),
            any("/request/first/{id}", (first)),
            post("/argument/short", short),
            post("/request/short", (short)),
            get("/argument/twice", twice),
            get("/request/twice", (twice)),
        ],
        API.optional() = [
            get("/argument/optional", maybe),
            get("/request/optional", (maybe)),
        ],
    ]
}

fn app() -> (Router, String) {
    let (jam, _) = jam();
    let bearer = bearer(&jam, &User { user: 7 });
    let router = routes().into_router(&jam).unwrap();
    let inner = Router::new().nest("/inner", router.clone());
    let app = router.merge(inner).layer(Extension("text"));
    (app.with_state(jam), bearer)
}

#[tokio::test]
async fn both_ways_of_passing_the_caller_give_the_same_response() {
    let (app, bearer) = app();
    let mut statuses = Vec::new();
    for credential in [Some(&bearer), Some(&"Bearer no".to_owned()), None] {
        for (method, path, body) in [
            ("GET", "alone", "".as_bytes()),
            ("HEAD", "alone", b""),
            ("OPTIONS", "alone", b""),
            ("POST", "first/12?a=b", b"text"),
            ("DELETE", "first/12", b""),
            ("PUT", "first/twelve", b"text"),
            ("POST", "first/12", b"\xff"),
            ("POST", "short", b""),
            ("POST", "short", b"12345"),
            ("GET", "twice", b""),
            ("GET", "optional", b""),
        ] {
            for prefix in ["", "/inner"] {
                let mut answers = Vec::new();
                for way in ["argument", "request"] {
                    let mut request = Request::builder()
                        .method(method)
                        .uri(format!("{prefix}/{way}/{path}"))
                        .header("accept", "text/plain");
                    if let Some(credential) = credential {
                        request = request.header("authorization", credential);
                    }
                    let request = request.body(Body::from(body)).unwrap();
                    let answer = send(&app, request).await;
                    let text = answer.body.replace(way, "way");
                    answers.push((answer.status, answer.headers, text));
                }
                let [argument, request] = answers.try_into().unwrap();
                let (status, headers, body) = argument;
                assert_eq!(
                    (status, without_length(headers), body),
                    (request.0, without_length(request.1), request.2),
                    "{method} {prefix}/../{path} by {credential:?}"
                );
                statuses.push(status.as_u16());
            }
        }
    }
    for expected in [200, 400, 401, 405] {
        assert!(statuses.contains(&expected), "{statuses:?}");
    }
}

/// Removes `Content-Length`. Some bodies contain the path, and the path contains the name of the
/// way.
fn without_length(mut headers: HeaderMap) -> HeaderMap {
    headers.remove("content-length");
    headers
}

#[tokio::test]
async fn a_custom_extractor_finds_the_caller_next_to_the_argument() {
    let (app, bearer) = app();
    let answer = get_with(&app, "/argument/twice", &[("authorization", &bearer)]).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "7 7"));
}

#[tokio::test]
async fn a_custom_extractor_for_an_axum_type_finds_the_caller_of_its_gate() {
    const COOKIE: Access<User> = user().backend("session").cookie("sid");
    let (jam, _) = jam();
    let inner: JamRouter<App> =
        jam_routes![API = [get("/extension", extension), get("/text", text)],];
    let inner = inner.into_router(&jam).unwrap();
    let outer: JamRouter<App> = jam_routes![COOKIE = [mount("/inner", inner.clone())]];
    let app = inner.merge(outer.into_router(&jam).unwrap());
    let app = app.with_state(App { jam: jam.clone() });
    let bearer = bearer(&jam, &User { user: 7 });
    let session = jam.create_session("1", &User { user: 1 }).await.unwrap();
    let cookie = format!("sid={}", session.as_str());
    let headers = [("authorization", bearer.as_str()), ("cookie", &cookie)];
    for path in ["/extension", "/text", "/inner/extension", "/inner/text"] {
        let answer = get_with(&app, path, &headers).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_str()),
            (200, "7 7"),
            "{path}"
        );
    }
}

/// Asserts that a variable can name a handler.
#[tokio::test]
async fn a_handler_with_a_layer_can_be_routed_by_a_variable() {
    let (jam, _) = jam();
    let layered = Handler::<_, Jam>::layer(alone, Extension("text"));
    let table: JamRouter<Jam> = jam_routes![API = [get("/", layered)]];
    let app = table.into_router(&jam).unwrap().with_state(jam.clone());
    let bearer = bearer(&jam, &User { user: 7 });
    let answer = get_with(&app, "/", &[("authorization", &bearer)]).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "7"));
}

/// Asserts that the types of a handler select the way.
#[test]
#[allow(clippy::needless_borrow)] // the macro writes this code
fn only_extractors_that_cannot_require_a_caller_follow_an_argument() {
    async fn open() {}
    async fn second(_: Method, _: Auth<User>) {}
    async fn two(_: Auth<User>, _: Auth<User>) {}
    async fn whole(_: Auth<User>, _: Request<Body>) {}

    let state = PhantomData::<Jam>;
    let _: AsArgument = (&Handed::to(&alone, state)).__jam_passing();
    let _: AsArgument = (&Handed::to(&first, state)).__jam_passing();
    let _: AsArgument = (&Handed::to(&short, state)).__jam_passing();
    let _: InRequest = (&Handed::to(&twice, state)).__jam_passing();
    let _: InRequest = (&Handed::to(&open, state)).__jam_passing();
    let _: InRequest = (&Handed::to(&second, state)).__jam_passing();
    let _: InRequest = (&Handed::to(&maybe, state)).__jam_passing();
    let _: InRequest = (&Handed::to(&two, state)).__jam_passing();
    let _: InRequest = (&Handed::to(&whole, state)).__jam_passing();
    let state = PhantomData::<App>;
    let _: AsArgument = (&Handed::to(&short, state)).__jam_passing();
    let _: InRequest = (&Handed::to(&extension, state)).__jam_passing();
    let _: InRequest = (&Handed::to(&text, state)).__jam_passing();
}
