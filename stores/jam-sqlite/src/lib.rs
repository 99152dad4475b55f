//! Sessions of [jam-auth](https://docs.rs/jam-auth) in a SQLite file: one machine, and sessions that survive a
//! restart.
//!
//! Applications use the crate `jam-auth` with the feature `sqlite`, which re-exports this one.
//!
//! ```
//! use jam_sqlite::SqliteStore;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("app.db");
//! let store = SqliteStore::open(path)?;
//! # let _ = store;
//! # Ok(())
//! # }
//! ```
//!
//! | file | content |
//! |---|---|
//! | `open` | the file, its settings and its tables |
//! | `statements` | the statements, as functions on a connection |
//! | `row` | a record as a row of a table |
//! | `threads` | the threads that wait for the file, so that no request has to |
//! | `store` | the store itself |
//! | `error` | errors by their causes |

mod error;
mod open;
mod row;
mod statements;
mod store;
#[cfg(test)]
mod tests;
mod threads;

pub use open::SqliteOptions;
pub use store::SqliteStore;
