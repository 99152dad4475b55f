//! Sessions of [jam-auth](https://docs.rs/jam-auth) in Redis or Valkey: one server, Sentinel, or a cluster.
//!
//! Applications use the crate `jam-auth` with the feature `redis`, which re-exports this one.
//!
//! ```no_run
//! use jam_redis::RedisStore;
//!
//! # async fn open() -> Result<(), jam_core::base::error::StoreError> {
//! let store = RedisStore::connect("redis://127.0.0.1/").await?;
//! # let _ = store;
//! # Ok(())
//! # }
//! ```
//!
//! | file | content |
//! |---|---|
//! | `options` | the servers of a store and its settings |
//! | `link` | the connection, and how it is made anew |
//! | `keys` | the names of the keys |
//! | `record` | a record as bytes |
//! | `scripts` | what Redis does at once |
//! | `records` | the operations on one record |
//! | `owners` | the sessions of one owner |
//! | `near` | sessions that are kept in this process |
//! | `listen` | changes by other processes |
//! | `store` | the store itself |
//! | `error` | errors by their causes |

mod error;
mod keys;
mod link;
mod listen;
mod near;
mod options;
mod owners;
mod record;
mod records;
mod scripts;
mod store;
mod sync;

pub use options::RedisOptions;
#[doc(no_inline)]
pub use redis;
pub use store::RedisStore;
