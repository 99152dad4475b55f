//! Routers that differ only in how they authenticate the caller, and requests to them.
//!
//! `scripts/bench` runs these programs and reports the cost of each operation. `src/bin/measure.rs`
//! counts instructions and measures times. `src/bin/allocations.rs` counts allocations.

// Only the programs in this crate use the library.
#![allow(
    missing_docs,
    missing_debug_implementations,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs
)]

pub mod case;
pub mod cases;
pub mod counter;
pub mod growth;
pub mod people;
