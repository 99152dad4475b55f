//! Tools for tests of those who write a session store (feature `testing`).

#[doc(hidden)]
#[allow(clippy::unwrap_used)] // a broken promise is a panic
pub mod contract;
