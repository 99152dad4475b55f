//! An application over HTTP on each store: a server that is killed or hangs.
//!
//! The tests start Redis and PostgreSQL on free ports: `apt-get install redis-server postgresql`.

#![allow(clippy::unwrap_used, missing_docs)] // a test reports an error with a panic

mod faults;
mod model;
mod panics;
#[allow(dead_code)] // other tests use the rest
#[path = "../support.rs"]
mod support;
