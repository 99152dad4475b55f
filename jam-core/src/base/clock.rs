//! The clock. No other module reads the time.

#[cfg(feature = "testing")]
use std::sync::Arc;
#[cfg(feature = "testing")]
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The largest difference in seconds between the clocks of two nodes, or between one clock before
/// and after it was corrected.
pub const CLOCK_DIFFERENCE: u64 = 60;

/// The clock for the times of tokens and sessions.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Clock {
    #[default]
    /// The clock of the system.
    System,
    #[cfg(feature = "testing")]
    /// A clock that a test sets.
    Manual(ManualClock),
}

impl Clock {
    /// Returns the time in seconds since the Unix epoch.
    #[inline]
    pub fn now(&self) -> u64 {
        match self {
            // A clock before 1970 counts as 1970. Every credential is then issued in the future,
            // and rejected.
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs()),
            #[cfg(feature = "testing")]
            Self::Manual(clock) => clock.now(),
        }
    }
}

/// A clock that changes only when a test changes it.
///
/// Pass a clone to `JamBuilder::clock` and keep the original: both show the same time.
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
#[cfg(feature = "testing")]
#[derive(Clone, Debug, Default)]
pub struct ManualClock(Arc<AtomicU64>);

#[cfg(feature = "testing")]
impl ManualClock {
    /// Makes a clock that shows `now`, in seconds since the Unix epoch.
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

    /// Returns the time in seconds since the Unix epoch.
    pub fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}
