//! Rings: keys that follow each other.
//!
//! A [`KeySchedule`] says when each key signs and verifies, a [`KeyFolder`] stores it, and a [`KeyRing`] is
//! the schedule in a running program.
//!
//! Uses [`base`](crate::base) and [`key`](crate::key).

mod error;
mod file;
mod folder;
mod live;
mod schedule;
mod scheduled;
#[cfg(test)]
pub(crate) mod tests;

pub use error::RingError;
pub use folder::{KeyFolder, NewRing};
pub use live::KeyRing;
pub use schedule::KeySchedule;
pub use scheduled::{KeyState, ScheduledKey};
