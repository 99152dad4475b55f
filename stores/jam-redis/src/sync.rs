//! Locks and atomics: those of the standard library, or in tests with `--cfg jam_shuttle` those of shuttle, which
//! tries how threads can alternate.

#[cfg(not(all(test, jam_shuttle)))]
pub(crate) use std::sync::{Mutex, MutexGuard, atomic};

#[cfg(all(test, jam_shuttle))]
pub(crate) use shuttle::sync::{Mutex, MutexGuard, atomic};
