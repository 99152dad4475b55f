//! Database servers that tests start on free loopback ports, and the faults that tests inject.

#![allow(missing_docs, clippy::exhaustive_enums, clippy::exhaustive_structs)] // for tests alone

pub mod postgres;
mod process;
pub mod proxy;
pub mod redis;

pub use process::{Process, free_port};
