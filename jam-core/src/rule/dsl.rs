//! The words of a table. `jam_routes!` brings them into scope for its rules; elsewhere
//! import the ones that a constant needs.
//!
//! They are functions alone: in a rule, whatever else has such a name is hidden.

use std::time::Duration;

use super::access::{Access, Declared, Public};
use crate::payload::Payload;

/// So many seconds, for [`Access::fresh`].
pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// So many minutes, for [`Access::fresh`].
pub const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes.saturating_mul(60))
}

/// So many hours, for [`Access::fresh`].
pub const fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours.saturating_mul(60 * 60))
}

/// Everybody may call, because of `reason`: it is shown in the table, and an empty one
/// does not compile.
#[track_caller]
pub const fn public(reason: &'static str) -> Public {
    Public::because(reason)
}

/// Whoever is signed in may call. In a table write `user::<User>()`, so that the
/// payload is known; in a constant its type says it.
pub const fn user<P: Payload>() -> Access<P> {
    Access::user()
}

/// The rule is on the handler itself: its `#[jam_auth(..)]`. It has effect only as
/// the head of a section of `jam_routes!`.
pub const fn declared() -> Declared {
    Declared { _private: () }
}
