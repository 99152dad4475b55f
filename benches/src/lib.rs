//! Requests through routers that differ in nothing but how they find out who calls.
//!
//! `scripts/bench` runs what is here and says what each thing costs; `src/bin/measure.rs` counts
//! and times, `src/bin/allocations.rs` counts allocations.

// Nobody but the programs beside it uses this library.
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
