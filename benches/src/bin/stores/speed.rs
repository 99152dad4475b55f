//! Operations of each store beside the plain client of its server and a store of tower-sessions, in turn.

use std::future::Future;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::pin::Pin;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use jam::session::{
    OwnerLimit, PostgresStore, RedisOptions, SessionStore, SqliteStore, Usage, WriteOutcome,
};
use jam::{Auth, Jam, JamPayload, SessionId, Sessions, jam_auth};
use jam_servers::postgres::Postgres;
use jam_servers::redis::RedisServer;
use serde::{Deserialize, Serialize};
use tower::ServiceExt;

use crate::records::{NOW, Outcome, fill, id, record};

const SESSIONS: u32 = 1_000;
const IN_FLIGHT: u32 = 64;
/// Connections to PostgreSQL.
pub(crate) const CONNECTIONS: usize = 4;

type Operation = Arc<dyn Fn(u32) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

/// Operations that are measured in rounds.
pub(crate) enum Measured {
    /// So many operations.
    Own(u32, Operation),
    Peer(Peer),
}

impl Measured {
    /// Returns the operations per second.
    pub(crate) async fn round(&mut self) -> Outcome<f64> {
        match self {
            Self::Own(count, operation) => round(*count, operation).await,
            Self::Peer(peer) => peer.round(),
        }
    }
}

/// A process that runs a round when it is told to.
pub(crate) struct Peer {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    fn start(program: &str, what: &str, place: &str) -> Outcome<Self> {
        let mut child = Command::new(program)
            .args([what, place])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or("the output is piped")?;
        let mut peer = Self {
            child,
            out: BufReader::new(out).lines(),
        };
        peer.line()?;
        Ok(peer)
    }

    fn line(&mut self) -> Outcome<String> {
        Ok(self.out.next().ok_or("the peer has ended")??)
    }

    fn round(&mut self) -> Outcome<f64> {
        let input = self.child.stdin.as_mut().ok_or("the input is piped")?;
        input.write_all(b"\n")?;
        Ok(self.line()?.parse()?)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // An error means that it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn own(
    operation: impl Fn(u32) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync + 'static,
) -> Measured {
    Measured::Own(100_000, Arc::new(operation))
}

/// Makes the request of a session that is in use. One in 500 of them is noted, as with an hour of idle time and a
/// request every 360 ms.
pub(crate) fn load<S: SessionStore>(store: Arc<S>, sessions: u32, sliding: bool) -> Measured {
    own(move |number| {
        let store = Arc::clone(&store);
        Box::pin(async move {
            let id = any(number, sessions);
            if let Some(record) = store.load_now(&id) {
                return record.version == 0;
            }
            let now = NOW
                + if number % 500 == 0 {
                    200 + u64::from(number)
                } else {
                    0
                };
            let usage = sliding.then_some(Usage {
                now,
                interval: 180,
                idle_timeout: 3_600,
            });
            matches!(store.load(&id, usage).await, Ok(Some(_)))
        })
    })
}

/// Returns any of the first sessions.
fn any(number: u32, sessions: u32) -> SessionId {
    id(number.wrapping_mul(0x0100_0193) % sessions)
}

/// `GET` of redis-rs.
pub(crate) async fn raw_redis(url: &str, sessions: u32) -> Outcome<Measured> {
    let client = redis::Client::open(url)?;
    let connection = client.get_multiplexed_async_connection().await?;
    Ok(own(move |number| {
        let mut connection = connection.clone();
        Box::pin(async move {
            let key = [b"jam:s:".as_slice(), any(number, sessions).as_bytes()].concat();
            let mut get = redis::cmd("GET");
            let value: redis::RedisResult<Vec<u8>> =
                get.arg(key).query_async(&mut connection).await;
            value.is_ok_and(|value| !value.is_empty())
        })
    }))
}

/// A prepared `SELECT` of tokio-postgres.
pub(crate) async fn raw_postgres(url: &str, sessions: u32) -> Outcome<Measured> {
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        let sql = "SELECT id, owner, lineage, version, auth_time, last_seen, expires_at, idle, data \
                   FROM jam_sessions WHERE id = $1";
        let statement = client.prepare(sql).await?;
        // A pool lends a connection to one request at a time, and so does this.
        clients.push(tokio::sync::Mutex::new((client, statement)));
    }
    let clients = Arc::new(clients);
    Ok(own(move |number| {
        let clients = Arc::clone(&clients);
        Box::pin(async move {
            let (client, statement) = &*clients[number as usize % CONNECTIONS].lock().await;
            let key = any(number, sessions);
            let rows = client.query(statement, &[&key.as_bytes().as_slice()]).await;
            rows.is_ok_and(|rows| rows.len() == 1)
        })
    }))
}

/// A prepared `SELECT` of rusqlite on the threads that tokio has for what blocks.
pub(crate) fn raw_sqlite(path: &Path, sessions: u32) -> Outcome<Measured> {
    let connection = rusqlite::Connection::open(path)?;
    let connection = Arc::new(std::sync::Mutex::new(connection));
    Ok(own(move |number| {
        let connection = Arc::clone(&connection);
        Box::pin(async move {
            let read = tokio::task::spawn_blocking(move || {
                let connection = connection
                    .lock()
                    .map_err(|_| rusqlite::Error::InvalidQuery)?;
                let sql = "SELECT id, owner, lineage, version, auth_time, last_seen, expires_at, idle, \
                           data FROM jam_sessions WHERE id = ?1";
                let mut statement = connection.prepare_cached(sql)?;
                statement.query_row([any(number, sessions).as_bytes()], |row| {
                    row.get::<_, Vec<u8>>(8)
                })
            });
            matches!(read.await, Ok(Ok(_)))
        })
    }))
}

#[derive(Clone, Serialize, Deserialize, JamPayload)]
struct User {
    name: String,
    roles: Vec<String>,
}

#[jam_auth(backend = "session", cookie = "sid")]
async fn me(user: Auth<User>) -> String {
    user.into_inner().name
}

/// Makes requests with sessions to an application.
async fn over_http(store: Arc<impl SessionStore>) -> Outcome<Measured> {
    let jam = Jam::builder().sessions(Sessions::in_store(store)).build()?;
    let mut cookies = Vec::new();
    for number in 0..SESSIONS {
        let user = User {
            name: format!("user {number}"),
            roles: vec!["editor".to_owned()],
        };
        let session = jam.create_session(&user.name, &user).await?;
        cookies.push(format!("sid={}", session.as_str()));
    }
    let app = Router::new().route("/me", get(me)).with_state(jam);
    Ok(own(move |number| {
        let cookie = &cookies[number as usize % cookies.len()];
        let request = Request::get("/me").header("cookie", cookie);
        let answer = request
            .body(Body::empty())
            .map(|it| app.clone().oneshot(it));
        Box::pin(async move {
            match answer {
                Ok(answer) => answer.await.is_ok_and(|it| it.status() == StatusCode::OK),
                Err(_) => false,
            }
        })
    }))
}

/// Makes sessions. Few, because each waits for the disk.
fn logins<S: SessionStore>(store: Arc<S>) -> Measured {
    let number = AtomicU32::new(1_000_000);
    let operation: Operation = Arc::new(move |_| {
        let store = Arc::clone(&store);
        let number = number.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let created = store.create(id(number), record(number), OwnerLimit::DEFAULT);
            matches!(created.await, Ok(WriteOutcome::Done))
        })
    });
    Measured::Own(640, operation)
}

async fn round(count: u32, operation: &Operation) -> Outcome<f64> {
    let begun = Instant::now();
    let tasks: Vec<_> = (0..IN_FLIGHT)
        .map(|task| {
            let operation = Arc::clone(operation);
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
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

async fn compare(rounds: usize, measured: Vec<(&str, Measured)>) -> Outcome<()> {
    let mut all: Vec<_> = measured
        .into_iter()
        .map(|(name, measured)| (name, measured, Vec::new()))
        .collect();
    for number in 0..=rounds {
        for (_, measured, speeds) in &mut all {
            let speed = measured.round().await?;
            // The first round is a warm-up.
            if number > 0 {
                speeds.push(speed);
            }
        }
    }
    for (name, _, mut speeds) in all {
        speeds.sort_by(f64::total_cmp);
        println!("requests {name} {:.0}", speeds[speeds.len() / 2]);
    }
    Ok(())
}

pub(crate) async fn redis(rounds: usize, peers: Option<&str>) -> Outcome<()> {
    let server = RedisServer::start(&["--appendonly", "no"]).await?;
    let store = Arc::new(RedisOptions::new().open(server.url())?);
    let near = Arc::new(RedisOptions::new().near_cache(4_000).open(server.url())?);
    fill(&store, SESSIONS).await?;
    let mut measured = vec![
        ("redis-get", raw_redis(&server.url(), SESSIONS).await?),
        ("redis-load", load(Arc::clone(&store), SESSIONS, false)),
        ("redis-sliding", load(Arc::clone(&store), SESSIONS, true)),
        ("redis-near", load(near, SESSIONS, true)),
        ("redis-http", over_http(store).await?),
    ];
    if let Some(peers) = peers {
        let url = server.url();
        measured.push((
            "tower-redis",
            Measured::Peer(Peer::start(peers, "redis", &url)?),
        ));
        let sliding = Peer::start(peers, "sliding", &url)?;
        measured.push(("tower-redis-sliding", Measured::Peer(sliding)));
    }
    compare(rounds, measured).await
}

pub(crate) async fn postgres(rounds: usize) -> Outcome<()> {
    let server = Postgres::start();
    let store = jam::session::PostgresOptions::new().connections(CONNECTIONS);
    let store: Arc<PostgresStore> = Arc::new(store.connect(&server.url())?);
    fill(&store, SESSIONS).await?;
    compare(
        rounds,
        vec![
            (
                "postgres-select",
                raw_postgres(&server.url(), SESSIONS).await?,
            ),
            ("postgres-load", load(Arc::clone(&store), SESSIONS, false)),
            ("postgres-sliding", load(store, SESSIONS, true)),
        ],
    )
    .await
}

pub(crate) async fn sqlite(rounds: usize, peers: Option<&str>) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let store = Arc::new(SqliteStore::open(&path)?);
    fill(&store, SESSIONS).await?;
    let mut measured = vec![
        ("sqlite-select", raw_sqlite(&path, SESSIONS)?),
        ("sqlite-load", load(Arc::clone(&store), SESSIONS, false)),
        ("sqlite-sliding", load(Arc::clone(&store), SESSIONS, true)),
        ("sqlite-logins", logins(store)),
    ];
    if let Some(peers) = peers {
        let path = folder.path().join("tower.db");
        let path = path.to_str().ok_or("the path is no text")?;
        measured.push((
            "tower-sqlite-logins",
            Measured::Peer(Peer::start(peers, "sqlite", path)?),
        ));
    }
    compare(rounds, measured).await
}
