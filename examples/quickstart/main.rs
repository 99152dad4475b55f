//! A login with a token and with a session. Start the program and open the address that it prints.

use axum::extract::State;
use axum::response::{Html, IntoResponse};
use axum::routing::{get, post};
use axum::{Json, Router};
use jam::{Auth, Jam, JamPayload, Jwt, Sessions, jam_auth, layer::ResponseHeadersLayer};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing_subscriber::filter::LevelFilter;

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    user: u64,
}

async fn jwt_login(State(jam): State<Jam>) -> Result<impl IntoResponse, jam::Error> {
    let payload = jam.make_payload(User { user: 1 }); // jti, iat and exp are added
    let token = jam.gen_jwt_token(&payload)?;
    let body = Json(json!({ "access_token": token.as_str(), "token_type": "Bearer" }));
    Ok((jam.jwt_cookie("jwt", token), body))
}

#[jam_auth(backend = "jwt", cookie = "jwt")]
async fn jwt_user(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

#[jam_auth(backend = "jwt", header = "authorization")]
async fn bearer_user(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

async fn session_login(State(jam): State<Jam>) -> Result<impl IntoResponse, jam::Error> {
    let session = jam.create_session("username", &User { user: 1 }).await?;
    Ok(jam.session_cookie("sessionId", session))
}

#[jam_auth(backend = "session", cookie = "sessionId")]
async fn session_user(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

#[jam_auth(backend = "session", cookie = "sessionId", optional)]
async fn logout(
    user: Option<Auth<User>>,
    State(jam): State<Jam>,
) -> Result<impl IntoResponse, jam::Error> {
    let session = match &user {
        Some(user) => Some(jam.logout(user).await?), // ends it on the server too
        None => None,
    };
    Ok((session, jam.remove_cookie("jwt")))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The log shows the reason for each rejection.
    let log = tracing_subscriber::fmt().with_max_level(LevelFilter::DEBUG);
    log.init();
    let port: u16 = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await;
    let listener =
        listener.map_err(|error| format!("port {port}: {error}; set PORT to another"))?;
    let address = listener.local_addr()?;
    let jam = Jam::builder()
        .jwt(match std::env::var("JAM_JWT_SECRET") {
            Ok(secret) => Jwt::hs256(secret),
            Err(_) => Jwt::hs256_random(), // signed out by a restart
        })
        .sessions(Sessions::in_memory())
        .development(address) // plain http, on this machine alone
        .build()?;
    let app = Router::new()
        .route("/", get(|| async { Html(include_str!("index.html")) }))
        .route("/jwt/login", post(jwt_login))
        .route("/jwt/user", get(jwt_user))
        .route("/bearer/user", get(bearer_user))
        .route("/session/login", post(session_login))
        .route("/session/user", get(session_user))
        .route("/logout", post(logout))
        .layer(ResponseHeadersLayer::new(&jam)) // what caches need to know
        .with_state(jam);
    println!("http://{address}");
    Ok(axum::serve(listener, app).await?)
}
