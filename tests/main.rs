//! Tests of the public API of `jam-auth` over HTTP.

#![allow(clippy::unwrap_used, missing_docs)] // a test reports an error with a panic

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
mod issuers;
mod keys;
mod layer;
mod layers;
mod matrix;
mod openapi;
mod order;
mod outage;
mod passing;
mod properties;
mod readme;
mod resource;
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
