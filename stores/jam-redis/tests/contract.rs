//! The contract of session stores, in one server and in a cluster.

#![allow(clippy::unwrap_used)] // a test reports an error with a panic

use std::sync::atomic::{AtomicU32, Ordering};

use jam_redis::{RedisOptions, RedisStore};
use jam_servers::redis::{RedisCluster, RedisServer};
use tokio::sync::OnceCell;

static SERVER: OnceCell<RedisServer> = OnceCell::const_new();
static CLUSTER: OnceCell<RedisCluster> = OnceCell::const_new();

/// Returns options with a prefix that no other test has.
fn options() -> RedisOptions {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    RedisOptions::new().prefix(format!("test {number}:"))
}

async fn single() -> RedisStore {
    let server = SERVER.get_or_init(async || RedisServer::start(&[]).await.unwrap());
    options().open(server.await.url()).unwrap()
}

async fn near_cache() -> RedisStore {
    let server = SERVER.get_or_init(async || RedisServer::start(&[]).await.unwrap());
    let store = options().near_cache(64).open(server.await.url()).unwrap();
    // The cache is used from the first answer on.
    store.check().await.unwrap();
    store
}

async fn cluster() -> RedisStore {
    let cluster = CLUSTER.get_or_init(async || RedisCluster::start().await.unwrap());
    options().cluster(cluster.await.urls()).unwrap()
}

jam_core::store_contract!(redis_single, single());
jam_core::store_contract!(redis_near_cache, near_cache());
jam_core::store_contract!(redis_cluster, cluster());
