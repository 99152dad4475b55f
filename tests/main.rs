//! Tests over HTTP against the public API of `jam-auth`.

#![allow(clippy::unwrap_used, missing_docs)] // a test that cannot go on says so by panicking

mod attribute;
mod backends;
mod bypass;
mod client;
mod config;
mod cookies;
mod cross_site;
mod formatting;
mod forms;
mod holes;
mod layer;
mod layers;
mod matrix;
mod openapi;
mod order;
mod outage;
mod passing;
mod properties;
mod readme;
mod rows;
mod rules;
mod secrecy;
mod serde_names;
mod session_store;
mod sessions;
mod subjects;
mod support;
mod table;
mod testing;
mod tokens;
mod upstream_faults;
mod wire;
