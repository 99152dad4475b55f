// The handler admits anonymous requests. `?`, `return`, `impl Trait` and coercions work in its
// body.

use std::fmt::Display;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse};
use axum::{Router, routing::get};
use jam::{Access, Auth, Jam, JamPayload, dsl, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    name: String,
}

const OPEN: Access<User> = dsl::user().backend("session").cookie("sid").optional();

#[jam_auth(OPEN)]
async fn home(user: Option<Auth<User>>) -> Html<String> {
    match user {
        Some(user) => Html(user.name.clone()),
        None => Html("anonymous".to_owned()),
    }
}

#[jam_auth(backend = "jwt", optional)]
async fn tries(
    mut user: Option<Auth<User>>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, StatusCode> {
    let Some(user) = user.take() else {
        return Err(StatusCode::NOT_FOUND);
    };
    let id: u64 = id.parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok(format!("{} {id}", user.name))
}

#[jam_auth(backend = "jwt", optional)]
async fn inferred(_: Option<Auth<User>>, id: Path<u64>) -> Result<String, Fault> {
    let text = id.to_string().parse::<u64>()?;
    if text == 0 {
        return Ok("zero".into());
    }
    Ok(text.to_string())
}

#[jam_auth(backend = "jwt", optional)]
async fn opaque(user: Option<Auth<User>>) -> impl IntoResponse + use<> {
    user.map(|user| user.into_inner().name).unwrap_or_default()
}

#[jam_auth(backend = "jwt", optional)]
async fn coerced(user: Option<Auth<User>>) -> Result<String, Wide> {
    if user.is_none() {
        return Err(Wide(Box::new("nobody")));
    }
    Ok(String::new())
}

#[jam_auth(backend = "jwt", optional)]
async fn nothing(_: Option<Auth<User>>) {}

struct Fault;

impl From<std::num::ParseIntError> for Fault {
    fn from(_: std::num::ParseIntError) -> Self {
        Self
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> axum::response::Response {
        StatusCode::BAD_REQUEST.into_response()
    }
}

struct Wide(Box<dyn Display + Send>);

impl IntoResponse for Wide {
    fn into_response(self) -> axum::response::Response {
        self.0.to_string().into_response()
    }
}

fn main() {
    let _: Router<Jam> = Router::new()
        .route("/", get(home))
        .route("/tries/{id}", get(tries))
        .route("/inferred/{id}", get(inferred))
        .route("/opaque", get(opaque))
        .route("/coerced", get(coerced))
        .route("/nothing", get(nothing));
}
