//! Session stores beside the plain client of their server, in turn, with 64 requests in flight. Prints lines
//! `requests <name> <requests per second>`, as the median of all rounds.
//!
//!     stores [ROUNDS]

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use jam::SessionId;
use jam::session::{
    OwnerLimit, PostgresStore, Record, RedisOptions, SessionData, SessionStore, SqliteStore, Usage,
};
use jam_servers::postgres::Postgres;
use jam_servers::redis::RedisServer;

const SESSIONS: u32 = 1_000;
const IN_FLIGHT: u32 = 64;
const REQUESTS: u32 = 20_000;
const NOW: u64 = 1_800_000_000;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;
type Request = Arc<dyn Fn(u32) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

fn id(number: u32) -> SessionId {
    let mut bytes = [0x33; 32];
    bytes[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b9).to_le_bytes());
    SessionId::from_bytes(bytes)
}

fn record(number: u32) -> Record {
    let json = format!("{{\"app::User\":{{\"name\":\"user {number}\",\"roles\":[\"editor\"]}}}}");
    let ends = NOW + 86_400;
    let mut record = Record::new(
        format!("user {number}"),
        SessionData::from_json(json),
        NOW,
        ends,
    );
    record.idle = 3_600;
    record
}

async fn fill(store: &impl SessionStore) -> Outcome<()> {
    store.migrate().await?;
    for number in 0..SESSIONS {
        store
            .create(id(number), record(number), OwnerLimit::DEFAULT)
            .await?;
    }
    Ok(())
}

/// Makes the request of a session that is in use. One in 500 of them is noted, as with an hour of idle time and a
/// request every 360 ms.
fn load<S: SessionStore>(store: Arc<S>, sliding: bool) -> Request {
    Arc::new(move |number| {
        let store = Arc::clone(&store);
        Box::pin(async move {
            let id = id(number % SESSIONS);
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

/// Returns the requests per second.
async fn round(request: &Request) -> Outcome<f64> {
    let begun = Instant::now();
    let tasks: Vec<_> = (0..IN_FLIGHT)
        .map(|task| {
            let request = Arc::clone(request);
            tokio::spawn(async move {
                let mut is_ok = true;
                for number in 0..REQUESTS / IN_FLIGHT {
                    is_ok &= request(number * IN_FLIGHT + task).await;
                }
                is_ok
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await?, "a request failed");
    }
    Ok(f64::from(REQUESTS) / begun.elapsed().as_secs_f64())
}

async fn compare(rounds: usize, requests: Vec<(&str, Request)>) -> Outcome<()> {
    let mut all: Vec<_> = requests
        .into_iter()
        .map(|(name, request)| (name, request, Vec::new()))
        .collect();
    for number in 0..=rounds {
        for (_, request, speeds) in &mut all {
            let speed = round(request).await?;
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

async fn redis(rounds: usize) -> Outcome<()> {
    let server = RedisServer::start(&["--appendonly", "no"]).await?;
    let store = Arc::new(RedisOptions::new().open(server.url())?);
    let near = Arc::new(RedisOptions::new().near_cache(4_000).open(server.url())?);
    fill(&*store).await?;
    let client = redis::Client::open(server.url())?;
    let connection = client.get_multiplexed_async_connection().await?;
    let get: Request = Arc::new(move |number| {
        let mut connection = connection.clone();
        Box::pin(async move {
            let key = [b"jam:s:".as_slice(), id(number % SESSIONS).as_bytes()].concat();
            let value: redis::RedisResult<Vec<u8>> = redis::cmd("GET")
                .arg(key)
                .query_async(&mut connection)
                .await;
            value.is_ok_and(|value| !value.is_empty())
        })
    });
    compare(
        rounds,
        vec![
            ("redis-get", get),
            ("redis-load", load(Arc::clone(&store), false)),
            ("redis-sliding", load(store, true)),
            ("redis-near", load(near, true)),
        ],
    )
    .await
}

async fn postgres(rounds: usize) -> Outcome<()> {
    const CONNECTIONS: usize = 4;
    let server = Postgres::start();
    let store = jam::session::PostgresOptions::new().connections(CONNECTIONS);
    let store: Arc<PostgresStore> = Arc::new(store.connect(&server.url())?);
    fill(&*store).await?;
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let connected = tokio_postgres::connect(&server.url(), tokio_postgres::NoTls).await?;
        let (client, connection) = connected;
        tokio::spawn(connection);
        let sql = "SELECT id, owner, lineage, version, auth_time, last_seen, expires_at, idle, data \
                   FROM jam_sessions WHERE id = $1";
        let statement = client.prepare(sql).await?;
        // A pool lends a connection to one request at a time, and so does this.
        clients.push(tokio::sync::Mutex::new((client, statement)));
    }
    let clients = Arc::new(clients);
    let select: Request = Arc::new(move |number| {
        let clients = Arc::clone(&clients);
        Box::pin(async move {
            let (client, statement) = &*clients[number as usize % CONNECTIONS].lock().await;
            let key = id(number % SESSIONS);
            let rows = client.query(statement, &[&key.as_bytes().as_slice()]).await;
            rows.is_ok_and(|rows| rows.len() == 1)
        })
    });
    compare(
        rounds,
        vec![
            ("postgres-select", select),
            ("postgres-load", load(Arc::clone(&store), false)),
            ("postgres-sliding", load(store, true)),
        ],
    )
    .await
}

async fn sqlite(rounds: usize) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let store = Arc::new(SqliteStore::open(&path)?);
    fill(&*store).await?;
    let connection = rusqlite::Connection::open(&path)?;
    let connection = Arc::new(std::sync::Mutex::new(connection));
    let select: Request = Arc::new(move |number| {
        let connection = Arc::clone(&connection);
        Box::pin(async move {
            // A statement would block the runtime here, so it runs where blocking is allowed.
            let read = tokio::task::spawn_blocking(move || {
                let connection = connection
                    .lock()
                    .map_err(|_| rusqlite::Error::InvalidQuery)?;
                let sql = "SELECT id, owner, lineage, version, auth_time, last_seen, expires_at, idle, \
                           data FROM jam_sessions WHERE id = ?1";
                let mut statement = connection.prepare_cached(sql)?;
                statement.query_row([id(number % SESSIONS).as_bytes()], |row| {
                    row.get::<_, Vec<u8>>(8)
                })
            });
            matches!(read.await, Ok(Ok(_)))
        })
    });
    compare(
        rounds,
        vec![
            ("sqlite-select", select),
            ("sqlite-load", load(Arc::clone(&store), false)),
            ("sqlite-sliding", load(store, true)),
        ],
    )
    .await
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Outcome<()> {
    let rounds = std::env::args()
        .nth(1)
        .map_or(Ok(15), |rounds| rounds.parse())?;
    redis(rounds).await?;
    postgres(rounds).await?;
    sqlite(rounds).await
}
