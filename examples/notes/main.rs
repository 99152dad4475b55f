//! A service for notes, in memory. One table contains the rule of every route.
//!
//! Start the program and open the address that it prints. It generates new passwords for its users
//! at every start and prints them.

mod account;
mod admin;
mod api_keys;
mod db;
mod hooks;
mod login;
mod notes;
mod ops;
mod pages;
mod reports;
mod routes;
mod user;

use axum::extract::FromRef;
use jam::{Jam, Jwt, Sessions};

use crate::api_keys::ApiKeys;
use crate::db::Db;
use crate::hooks::Webhooks;
use crate::user::Role;
use tracing_subscriber::filter::LevelFilter;

/// The state of the router.
#[derive(Clone, FromRef)]
struct App {
    jam: Jam,
    db: Db,
    webhooks: Webhooks,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The log shows the reason for each rejection.
    let log = tracing_subscriber::fmt().with_max_level(LevelFilter::DEBUG);
    log.init();
    let port: u16 = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await;
    let listener =
        listener.map_err(|error| format!("port {port}: {error}; set PORT to another"))?;
    let address = listener.local_addr()?;

    let db = Db::default();
    let ann = db.add_user("ann", &[Role::Reader, Role::Editor, Role::Admin]);
    let bob = db.add_user("bob", &[Role::Reader]);
    let (api_keys, key) = ApiKeys::with_one("nightly report");
    let jam = Jam::builder()
        .jwt(Jwt::hs256_random()) // signed out by a restart
        .sessions(Sessions::in_memory())
        .backend(api_keys)
        .development(address) // plain http, on this machine alone
        .build()?;

    let routes = routes::routes();
    println!("{}", routes.table());
    println!("ann (admin): {ann}\nbob (reader): {bob}\nx-api-key: {key}\nhttp://{address}");
    let app = routes.into_router(&jam)?.with_state(App {
        jam,
        db,
        webhooks: Webhooks::new("whsec_of_this_example_alone"),
    });
    Ok(axum::serve(listener, app).await?)
}
