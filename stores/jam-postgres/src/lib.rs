//! Sessions of [jam-auth](https://docs.rs/jam-auth) in PostgreSQL: any number of machines, and one round trip
//! for each request.
//!
//! Applications use the crate `jam-auth` with the feature `postgres`, which re-exports this one.
//!
//! ```no_run
//! use jam_core::session::SessionStore;
//! use jam_postgres::PostgresStore;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = PostgresStore::connect("postgres://app@localhost/app")?;
//! store.migrate().await?;
//! # Ok(())
//! # }
//! ```
//!
//! | file | content |
//! |---|---|
//! | `options` | the settings, and the pool of connections |
//! | `tls` | TLS by rustls |
//! | `schema` | the tables |
//! | `statements` | the statements |
//! | `row` | a record as a row of a table |
//! | `connection` | statements on connections, and their faults |
//! | `listen` | the changes of all processes |
//! | `store` | the store itself |
//! | `operations` | the operations of the store |
//! | `error` | errors by their causes |
//!
//! # Tables
//!
//! [`migrate`](jam_core::session::SessionStore::migrate) creates them. [`PostgresStore::schema`] returns the SQL
//! for those who create them by hand:
//!
//! ```text
#![doc = include_str!("schema.sql")]
//! ```

mod connection;
mod error;
mod listen;
mod operations;
mod options;
mod row;
mod schema;
mod statements;
mod store;
#[cfg(feature = "tls")]
mod tls;

pub use deadpool_postgres;
pub use options::PostgresOptions;
pub use store::PostgresStore;
pub use tokio_postgres;
