//! What tests of an application need (feature `testing`).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A clock that moves only when it is told to.
///
/// Give a clone of it to [`JamBuilder::clock`](crate::JamBuilder::clock) and keep
/// the other one: both show the same time.
///
/// ```
/// # fn main() -> Result<(), jam::ConfigError> {
/// use jam::{Jam, Jwt, testing::ManualClock};
///
/// let clock = ManualClock::at(1_800_000_000);
/// let jam = Jam::builder()
///     .jwt(Jwt::hs256("a secret that is at least 32 bytes"))
///     .clock(clock.clone())
///     .build()?;
/// clock.advance(3600);
/// # let _ = jam;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// A clock that shows `now`, in seconds since the Unix epoch.
    pub fn at(now: u64) -> Self {
        Self(Arc::new(AtomicU64::new(now)))
    }

    /// Sets the clock to `now`, in seconds since the Unix epoch.
    pub fn set(&self, now: u64) {
        self.0.store(now, Ordering::SeqCst);
    }

    /// Moves the clock forward by `seconds`.
    pub fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    /// What the clock shows, in seconds since the Unix epoch.
    pub fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}
