//! Bytes of a session in each store, and the speed of a request while their number grows.

use std::sync::Arc;

use jam::session::{PostgresOptions, RedisOptions, SessionStore, SqliteStore};
use jam_servers::postgres::Postgres;
use jam_servers::redis::RedisServer;

use crate::records::{Outcome, fill_from};
use crate::speed::{CONNECTIONS, Measured, load, raw_postgres, raw_redis, raw_sqlite};

/// Rounds at each size.
const ROUNDS: u32 = 9;

/// Measures a store and the plain client of its server in turn. Prints the requests per second of each.
async fn speed(name: &str, size: u32, mut store: Measured, mut raw: Measured) -> Outcome<()> {
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        plain.push(raw.round().await?);
        ours.push(store.round().await?);
    }
    for (kind, mut speeds) in [("", ours), ("raw-", plain)] {
        speeds.sort_by(f64::total_cmp);
        println!(
            "requests {kind}{name}-{size} {:.0}",
            speeds[speeds.len() / 2]
        );
    }
    Ok(())
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
    let mut count = 0;
    for &size in sizes {
        fill_from(&store, count, size).await?;
        count = size;
        let ours = load(Arc::clone(&store), size, true);
        speed("redis", size, ours, raw_redis(&server.url(), size).await?).await?;
    }
    println!(
        "bytes redis {}",
        (used().await? - before) / u64::from(count)
    );
    Ok(())
}

async fn postgres(sizes: &[u32]) -> Outcome<()> {
    let server = Postgres::start();
    let store = PostgresOptions::new().connections(CONNECTIONS);
    let store = Arc::new(store.connect(&server.url())?);
    store.migrate().await?;
    let mut count = 0;
    for &size in sizes {
        fill_from(&store, count, size).await?;
        count = size;
        let ours = load(Arc::clone(&store), size, true);
        speed(
            "postgres",
            size,
            ours,
            raw_postgres(&server.url(), size).await?,
        )
        .await?;
    }
    let size = server.sql("postgres", "SELECT pg_total_relation_size('jam_sessions')");
    println!("bytes postgres {}", size.parse::<u64>()? / u64::from(count));
    Ok(())
}

async fn sqlite(sizes: &[u32]) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("app.db");
    let store = Arc::new(SqliteStore::open(&path)?);
    store.migrate().await?;
    let mut count = 0;
    for &size in sizes {
        fill_from(&store, count, size).await?;
        count = size;
        let ours = load(Arc::clone(&store), size, true);
        speed("sqlite", size, ours, raw_sqlite(&path, size)?).await?;
    }
    let size = std::fs::metadata(&path)?.len();
    println!("bytes sqlite {}", size / u64::from(count));
    Ok(())
}

pub(crate) async fn of(store: &str, sizes: &[u32]) -> Outcome<()> {
    match store {
        "redis" => redis(sizes).await,
        "postgres" => postgres(sizes).await,
        "sqlite" => sqlite(sizes).await,
        _ => Err(format!("there is no store `{store}`").into()),
    }
}
