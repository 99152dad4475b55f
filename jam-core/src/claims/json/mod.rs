//! Fast readers of JSON.
//!
//! - `own` reads claims that this crate has written: it expects the members in their order.
//! - `plain` reads one flat object without escapes, in any order.
//!
//! Benefit: a request with a token of our own takes 12,100 instructions instead of 23,100, and one with a
//! token of another library 14,400 instead of 23,200 (`target/release/measure count`). Goal:
//! `hs256-attribute` of `scripts/bench` at most 0.21.
//!
//! The plain equivalent is `serde_json`, which reads everything that these readers do not: `read_any`. A
//! build with `--cfg jam_plain` uses it alone.

pub(super) mod own;
pub(super) mod plain;
pub(super) mod scan;
