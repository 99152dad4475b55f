//! Bytes of a session in each store, and the speed of a request while their number grows.

use std::sync::Arc;
use std::time::Instant;

use jam::session::{PostgresStore, RedisOptions, SessionStore, SqliteStore, Usage};
use jam_servers::postgres::Postgres;
use jam_servers::redis::RedisServer;

use crate::records::{NOW, Outcome, fill_from, id};

/// Requests that are measured at each size.
const REQUESTS: u32 = 20_000;
const IN_FLIGHT: u32 = 64;
/// Rounds at each size. The fastest one counts, because others share the machine.
const ROUNDS: u32 = 5;

/// Fills a store to each size, and prints the requests per second at it. Returns the last size.
async fn grow(name: &str, store: &Arc<impl SessionStore>, sizes: &[u32]) -> Outcome<u32> {
    let mut filled = 0;
    for &size in sizes {
        fill_from(store, filled, size).await?;
        filled = size;
        let mut best = 0_f64;
        for round in 0..ROUNDS {
            best = best.max(requests(store, size, round).await?);
        }
        println!("requests {name}-{size} {best:.0}");
    }
    Ok(filled)
}

/// Loads sessions from all over the store, and returns the requests per second.
async fn requests(store: &Arc<impl SessionStore>, size: u32, round: u32) -> Outcome<f64> {
    let begun = Instant::now();
    let tasks: Vec<_> = (0..IN_FLIGHT)
        .map(|task| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                for number in 0..REQUESTS / IN_FLIGHT {
                    let number = number * IN_FLIGHT + task + round * REQUESTS;
                    let usage = Usage {
                        now: NOW,
                        interval: 180,
                        idle_timeout: 3_600,
                    };
                    let session = id(number.wrapping_mul(0x01_00_01_93) % size);
                    let loaded = store.load(&session, Some(usage)).await?;
                    assert!(loaded.is_some(), "session {number} is missing");
                }
                Outcome::Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(f64::from(REQUESTS) / begun.elapsed().as_secs_f64())
}

async fn redis(sizes: &[u32]) -> Outcome<()> {
    let server = RedisServer::start(&["--appendonly", "no"]).await?;
    let used = async || -> Outcome<u64> {
        let info = server.send("INFO memory").await?;
        let line = info
            .lines()
            .find_map(|line| line.strip_prefix("used_memory:"));
        Ok(line.ok_or("no used_memory")?.trim().parse()?)
    };
    let store = Arc::new(RedisOptions::new().open(server.url())?);
    store.migrate().await?;
    let before = used().await?;
    let count = grow("redis", &store, sizes).await?;
    println!(
        "bytes redis {}",
        (used().await? - before) / u64::from(count)
    );
    Ok(())
}

async fn postgres(sizes: &[u32]) -> Outcome<()> {
    let server = Postgres::start();
    let store = Arc::new(PostgresStore::connect(&server.url())?);
    store.migrate().await?;
    let count = grow("postgres", &store, sizes).await?;
    let size = server.sql("postgres", "SELECT pg_total_relation_size('jam_sessions')");
    println!("bytes postgres {}", size.parse::<u64>()? / u64::from(count));
    Ok(())
}

async fn sqlite(sizes: &[u32]) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let store = Arc::new(SqliteStore::open(&path)?);
    store.migrate().await?;
    let count = grow("sqlite", &store, sizes).await?;
    let size = std::fs::metadata(&path)?.len();
    println!("bytes sqlite {}", size / u64::from(count));
    Ok(())
}

pub(crate) async fn all(sizes: &[u32]) -> Outcome<()> {
    redis(sizes).await?;
    postgres(sizes).await?;
    sqlite(sizes).await
}
