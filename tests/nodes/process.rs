//! One process of the application, and its store.

use std::io::{BufRead, BufReader, Read};
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use http::Uri;
use http::uri::{Authority, Scheme};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use jam::session::{PostgresStore, RedisOptions, SqliteStore};
use jam::{Jam, Sessions};

use crate::support::{SECRET, app};

/// A store that several processes open.
pub(crate) struct Store {
    kind: &'static str,
    addresses: Vec<String>,
}

impl Store {
    pub(crate) fn new<A: Into<String>>(
        kind: &'static str,
        addresses: impl IntoIterator<Item = A>,
    ) -> Self {
        let addresses = addresses.into_iter().map(Into::into).collect();
        Self { kind, addresses }
    }

    /// Opens the store in this process.
    pub(crate) fn jam(&self) -> Jam {
        open(self.kind, &self.addresses)
    }
}

fn open(kind: &str, addresses: &[String]) -> Jam {
    let address = addresses[0].as_str();
    let sessions = match kind {
        "sqlite" => Sessions::in_store(SqliteStore::open(address).unwrap()),
        "postgres" => Sessions::in_store(PostgresStore::connect(address).unwrap()),
        "redis" => Sessions::in_store(RedisOptions::new().open(address).unwrap()),
        "near" => Sessions::in_store(RedisOptions::new().near_cache(100).open(address).unwrap()),
        "cluster" => Sessions::in_store(RedisOptions::new().cluster(addresses.to_vec()).unwrap()),
        kind => panic!("there is no store `{kind}`"),
    };
    Jam::builder()
        .jwt(jam::Jwt::hs256(SECRET))
        .sessions(sessions.store_timeout(Duration::from_secs(5)))
        .build()
        .unwrap()
}

/// Serves the application with this store, prints the port, and ends with the process that started it.
pub(crate) async fn serve(kind: &str, addresses: &[String]) {
    let app = app(open(kind, addresses));
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .unwrap();
    println!("{}", listener.local_addr().unwrap());
    // The input ends when the other process does.
    let parent = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    tokio::select! {
        served = async { axum::serve(listener, app).await } => served.unwrap(),
        ended = parent => drop(ended.unwrap()),
    }
}

/// A process that serves the application. It ends when this is dropped.
pub(crate) struct Node {
    child: Child,
    address: Authority,
}

impl Node {
    pub(crate) fn start(store: &Store) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["serve", store.kind])
            .args(&store.addresses)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        Self {
            child,
            address: line.trim().parse().unwrap(),
        }
    }

    /// Returns a router that sends each request to the process.
    pub(crate) fn router(&self) -> Router {
        let client: Client<HttpConnector, Body> =
            Client::builder(TokioExecutor::new()).build_http();
        let address = self.address.clone();
        Router::new().fallback(async move |mut request: Request| {
            let mut uri = std::mem::take(request.uri_mut()).into_parts();
            uri.scheme = Some(Scheme::HTTP);
            uri.authority = Some(address);
            *request.uri_mut() = Uri::from_parts(uri).unwrap();
            client.request(request).await.unwrap().map(Body::new)
        })
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It has ended already if it failed, and the test says so.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
