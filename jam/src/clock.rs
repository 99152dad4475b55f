//! What time it is: the one place that asks.

use std::time::{SystemTime, UNIX_EPOCH};

/// By how many seconds the clocks of two nodes may differ, or one clock from itself before it was put
/// right.
pub(crate) const CLOCK_DIFFERENCE: u64 = 60;

/// The clock by which tokens and sessions are judged.
#[derive(Clone, Debug, Default)]
pub(crate) enum Clock {
    #[default]
    System,
    #[cfg(feature = "testing")]
    Manual(crate::testing::ManualClock),
}

impl Clock {
    /// Seconds since the Unix epoch.
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        match self {
            // A machine whose clock stands before 1970 reads as 1970: every
            // credential is then issued in the future, and refused.
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs()),
            #[cfg(feature = "testing")]
            Self::Manual(clock) => clock.now(),
        }
    }
}
