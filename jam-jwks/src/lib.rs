//! The keys of other issuers for [jam-auth]: discovery (OpenID Connect Discovery 1.0, RFC 8414) and JWK sets
//! (RFC 7517) over https.
//!
//! Applications use the crate `jam-auth` with the feature `jwks`, which re-exports what they need.
//!
//! | file | content |
//! |---|---|
//! | `remote` | keys that are fetched, kept and refreshed |
//! | `document` | the discovery document and the addresses that it may name |
//! | `fetch` | the trait of a client, and the rules that each client keeps |
//! | `https` | the client that comes with the crate |
//! | `addresses` | which addresses of the network a client may connect to |
//!
//! [jam-auth]: https://docs.rs/jam-auth

// Without an implementation of signatures there is nothing to verify with, and jam-auth says so.
#![cfg(any(feature = "asymmetric", feature = "graviola"))]

mod addresses;
mod document;
mod error;
mod fetch;
mod https;
mod remote;
#[cfg(any(test, fuzzing))]
mod twins;

pub use addresses::Addresses;
pub use error::JwksError;
pub use fetch::{Fetch, FetchError};
pub use https::HttpsClient;
pub use remote::{RemoteKeys, RemoteKeysBuilder};

/// The functions that `fuzz/` calls.
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod __fuzz {
    /// Reads `document` as the discovery document of an issuer.
    pub fn discovery(document: &[u8]) {
        crate::twins::compare(document);
    }
}
