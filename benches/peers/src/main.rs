//! The stores of tower-sessions, as `stores` measures those of Jam. For each line of the input it runs one round and
//! prints the operations per second.
//!
//!     jam-bench-peers redis URL      requests with a session
//!     jam-bench-peers sliding URL    the same, where each request saves the session, so that it stays in use
//!     jam-bench-peers sqlite PATH    logins

use std::error::Error;
use std::future::Future;
use std::io::BufRead;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use tower::ServiceExt;
use tower_sessions::cookie::time::Duration;
use tower_sessions::session::Record;
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};
use tower_sessions_redis_store::RedisStore;
use tower_sessions_redis_store::fred::prelude::{ClientLike, Config, Pool};
use tower_sessions_sqlx_store::SqliteStore;
use tower_sessions_sqlx_store::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};

const SESSIONS: usize = 1_000;
const IN_FLIGHT: usize = 64;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[derive(Serialize, Deserialize)]
struct User {
    name: String,
    roles: Vec<String>,
}

async fn me(session: Session) -> Result<String, StatusCode> {
    let user: Option<User> = session
        .get("user")
        .await
        .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    user.map(|user| user.name).ok_or(StatusCode::UNAUTHORIZED)
}

async fn login(session: Session) -> Result<(), StatusCode> {
    let user = User {
        name: "user".to_owned(),
        roles: vec!["editor".to_owned()],
    };
    let inserted = session.insert("user", user).await;
    inserted.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
}

/// Runs a round for each line of the input.
async fn rounds<F>(
    count: usize,
    operation: impl Fn(usize) -> F + Clone + Send + 'static,
) -> Outcome<()>
where
    F: Future<Output = bool> + Send + 'static,
{
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        line?;
        let begun = Instant::now();
        let tasks: Vec<_> = (0..IN_FLIGHT)
            .map(|task| {
                let operation = operation.clone();
                tokio::spawn(async move {
                    let mut is_ok = true;
                    for number in 0..count / IN_FLIGHT {
                        is_ok &= operation(number * IN_FLIGHT + task).await;
                    }
                    is_ok
                })
            })
            .collect();
        for task in tasks {
            assert!(task.await?, "an operation failed");
        }
        println!("{:.0}", count as f64 / begun.elapsed().as_secs_f64());
    }
    Ok(())
}

async fn redis(url: &str, saves: bool) -> Outcome<()> {
    let pool = Pool::new(Config::from_url(url)?, None, None, None, 4)?;
    let connection = pool.connect();
    pool.wait_for_connect().await?;
    let layer = SessionManagerLayer::new(RedisStore::new(pool))
        .with_expiry(Expiry::OnInactivity(Duration::hours(1)))
        .with_always_save(saves);
    let app = Router::new()
        .route("/login", post(login))
        .route("/me", get(me))
        .layer(layer);
    let mut cookies = Vec::new();
    for _ in 0..SESSIONS {
        let request = Request::post("/login").body(Body::empty())?;
        let response = app.clone().oneshot(request).await?;
        let cookie = response.headers()["set-cookie"].to_str()?;
        cookies.push(cookie.split(';').next().ok_or("no cookie")?.to_owned());
    }
    let cookies = Arc::new(cookies);
    rounds(20_000, move |number| {
        let request = Request::get("/me").header("cookie", &cookies[number % SESSIONS]);
        let answer = app
            .clone()
            .oneshot(request.body(Body::empty()).expect("a request"));
        async move {
            answer
                .await
                .is_ok_and(|answer| answer.status() == StatusCode::OK)
        }
    })
    .await?;
    drop(connection);
    Ok(())
}

/// The settings keep what was acknowledged, as those of Jam do, and let readers and a writer work at once.
async fn sqlite(path: &str) -> Outcome<()> {
    let options = SqliteConnectOptions::from_str(&format!("sqlite://{path}"))?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(std::time::Duration::from_secs(30));
    let pool = SqlitePoolOptions::new().max_connections(4);
    let pool = pool.acquire_timeout(std::time::Duration::from_secs(60));
    let store = SqliteStore::new(pool.connect_with(options).await?);
    store.migrate().await?;
    rounds(640, move |number| {
        let store = store.clone();
        async move {
            let mut record = Record {
                id: Default::default(),
                data: Default::default(),
                expiry_date: time::OffsetDateTime::now_utc() + Duration::hours(1),
            };
            let user = format!("user {number}");
            record.data.insert("user".to_owned(), user.into());
            store.create(&mut record).await.is_ok()
        }
    })
    .await
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, "redis", url] => redis(url, false).await,
        [_, "sliding", url] => redis(url, true).await,
        [_, "sqlite", path] => sqlite(path).await,
        _ => Err("see the head of benches/peers/src/main.rs".into()),
    }
}
