//! Sessions in a store that the environment names.
//!
//! ```text
//! export JAM_DEVELOPMENT=127.0.0.1:3000      # cookies without TLS, on this machine alone
//! JAM_SESSION_STORE=sqlite:app.db cargo run --example stores --features sqlite
//! JAM_SESSION_STORE=postgres://app@localhost/app cargo run --example stores --features postgres
//! JAM_SESSION_STORE=redis://localhost/ cargo run --example stores --features redis
//!
//! curl -X POST -c jar http://127.0.0.1:3000/login
//! curl -b jar http://127.0.0.1:3000/me       # also after the program was started again
//! ```

use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use jam::{Auth, Jam, JamPayload, jam_auth};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    name: String,
}

/// A real one checks a password.
#[jam_auth(public = "this is where users sign in")]
async fn login(State(jam): State<Jam>) -> Result<impl IntoResponse, jam::Error> {
    let user = User {
        name: "ann".to_owned(),
    };
    let session = jam.create_session(&user.name, &user).await?;
    Ok(jam.session_cookie("sid", session))
}

#[jam_auth(backend = "session", cookie = "sid")]
async fn me(user: Auth<User>) -> Json<User> {
    Json(user.into_inner())
}

#[jam_auth(public = "monitoring has no account")]
async fn health(State(jam): State<Jam>) -> Result<&'static str, jam::Error> {
    jam.health().await?;
    Ok("ok")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt::init();
    let jam = Jam::from_env()?;
    // Creates the tables of SQLite and PostgreSQL. Fails if the store is not available.
    jam.migrate().await?;
    let app = Router::new()
        .route("/login", post(login))
        .route("/me", get(me))
        .route("/health", get(health))
        .with_state(jam);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}
