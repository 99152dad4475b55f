//! Building a [`Jam`](crate::Jam): its builder and its configuration.
//!
//! Uses `response` and `jam-core`.

pub(crate) mod builder;
pub(crate) mod config;
pub(crate) mod issuer;
pub(crate) mod jam;
