//! Tests that run the command `jam` as a user does.

#![allow(clippy::unwrap_used, missing_docs)]
// a test reports an error with a panic
// A build without public keys has no algorithm for most of them.
#![cfg(any(feature = "asymmetric", feature = "graviola"))]

mod general;
mod keys;
mod mint;
mod secrecy;
mod support;
mod verify;
