//! A careful program without an authentication library: an extractor, a prepared key and
//! `jsonwebtoken` with AWS-LC.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::routing::get;
use http::header::{AUTHORIZATION, COOKIE};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};

use crate::case::{Case, routes, run};
use crate::people::{Claims, SECRET};

struct Keys {
    decoding: DecodingKey,
    validation: Validation,
}

#[derive(Clone)]
struct App {
    keys: Arc<Keys>,
    find: fn(&HeaderMap) -> Option<&str>,
}

impl FromRef<App> for Arc<Keys> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.keys)
    }
}

struct User(Claims);

impl FromRequestParts<App> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, StatusCode> {
        let keys = Arc::<Keys>::from_ref(app);
        let token = (app.find)(&parts.headers).ok_or(StatusCode::UNAUTHORIZED)?;
        let token = jsonwebtoken::decode::<Claims>(token, &keys.decoding, &keys.validation)
            .map_err(|_| StatusCode::UNAUTHORIZED)?;
        Ok(Self(token.claims))
    }
}

fn in_cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(';'))
        .find_map(|pair| pair.trim().strip_prefix("jwt="))
}

fn in_header(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

async fn me(User(claims): User) -> &'static str {
    std::hint::black_box(&claims.username);
    "hello"
}

fn app(find: fn(&HeaderMap) -> Option<&str>) -> App {
    let keys = Arc::new(Keys {
        decoding: DecodingKey::from_secret(SECRET.as_bytes()),
        validation: Validation::new(Algorithm::HS256),
    });
    App { keys, find }
}

fn router(find: fn(&HeaderMap) -> Option<&str>) -> axum::Router {
    routes(get(me)).with_state(app(find))
}

/// Returns a token that `jsonwebtoken` signs.
pub(super) fn token() -> String {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::encode(&Header::default(), &Claims::alice(), &key).expect("a token")
}

/// Returns `token` with a well-formed signature that is wrong.
pub(super) fn forge(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let first = if signature.starts_with('A') { "B" } else { "A" };
    format!("{signed}.{first}{}", &signature[1..])
}

pub(super) fn cookie() -> Case {
    Case::by_cookie(router(in_cookie), "jwt", &token())
}

pub(super) fn bearer() -> Case {
    let header = ("authorization", format!("Bearer {}", token()));
    Case::new(router(in_header), Some(header))
}

pub(super) fn forged() -> Case {
    Case::by_cookie(router(in_cookie), "jwt", &forge(&token())).answered(StatusCode::UNAUTHORIZED)
}

/// Signs the claims of one user.
pub(super) fn issue() -> Box<dyn FnMut()> {
    let (header, claims) = (Header::default(), Claims::alice());
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    Box::new(move || {
        let token = jsonwebtoken::encode(&header, &claims, &key);
        std::hint::black_box(token.expect("a token"));
    })
}

/// Rejects a forged token, without a response.
pub(super) fn refusal() -> Box<dyn FnMut()> {
    let app = app(in_cookie);
    let mut parts = forged().request().into_parts().0;
    Box::new(move || {
        let user = run(User::from_request_parts(&mut parts, &app));
        assert!(user.is_err(), "the token is forged");
    })
}

/// Verifies a token, without a request.
pub(super) fn verify() -> Box<dyn FnMut()> {
    let (app, token) = (app(in_cookie), token());
    Box::new(move || {
        let keys = &app.keys;
        let claims = jsonwebtoken::decode::<Claims>(&token, &keys.decoding, &keys.validation);
        std::hint::black_box(claims.expect("the token is valid"));
    })
}
