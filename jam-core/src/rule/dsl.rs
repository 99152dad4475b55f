//! Functions for rules. `jam_routes!` brings them into scope for the rules of its table. For a
//! constant, import the ones that it needs.
//!
//! The module has functions only, because in `jam_routes!` its names shadow other items with the
//! same name.

use std::time::Duration;

use super::access::{Access, Declared, Public};
use crate::payload::Payload;

/// Returns a duration of this many seconds, for [`Access::fresh`].
pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Returns a duration of this many minutes, for [`Access::fresh`].
pub const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes.saturating_mul(60))
}

/// Returns a duration of this many hours, for [`Access::fresh`].
pub const fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours.saturating_mul(60 * 60))
}

/// Makes a rule that admits every request. The route table shows the `reason`.
///
/// # Panics
///
/// Panics if `reason` is empty. In a route table the panic is a compile error.
#[track_caller]
pub const fn public(reason: &'static str) -> Public {
    Public::because(reason)
}

/// Makes a rule that admits every caller with the payload `P`. In a route table write
/// `user::<User>()` to name the payload. In a constant the type of the constant names it.
pub const fn user<P: Payload>() -> Access<P> {
    Access::user()
}

/// Makes the head of a section of `jam_routes!` in which each handler has its own rule,
/// `#[jam_auth(..)]`. It has no effect elsewhere.
pub const fn declared() -> Declared {
    Declared { _private: () }
}
