//! Times as text.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// Returns the time in seconds since the Unix epoch. A clock before 1970 counts as 1970.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// Returns a time in UTC (RFC 3339), or the number of seconds if it is too large for a date.
pub(crate) fn utc(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok();
    let time = time.and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map_or_else(
        || format!("{seconds} s after 1970"),
        |time| time.to_string(),
    )
}

/// Returns a time in UTC, and its distance from `now`: `2026-11-28T10:00:00Z (5 minutes ago)`.
pub(crate) fn with_distance(seconds: u64, now: u64) -> String {
    let distance = duration(seconds.abs_diff(now));
    match seconds.cmp(&now) {
        std::cmp::Ordering::Less => format!("{} ({distance} ago)", utc(seconds)),
        std::cmp::Ordering::Equal => format!("{} (now)", utc(seconds)),
        std::cmp::Ordering::Greater => format!("{} (in {distance})", utc(seconds)),
    }
}

/// Returns a number of seconds in the largest unit of which there are two or more, rounded.
pub(crate) fn duration(seconds: u64) -> String {
    const UNITS: [(u64, &str); 5] = [
        (365 * 86_400, "years"),
        (86_400, "days"),
        (3_600, "hours"),
        (60, "minutes"),
        (1, "seconds"),
    ];
    let fitting = UNITS.iter().find(|(unit, _)| seconds / unit >= 2);
    match fitting {
        Some((unit, name)) => format!("{} {name}", seconds.saturating_add(unit / 2) / unit),
        None if seconds == 1 => "1 second".to_owned(),
        None => "0 seconds".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, utc, with_distance};

    #[test]
    fn a_time_is_written_in_utc_with_its_distance() {
        assert_eq!(utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(utc(1_800_000_000), "2027-01-15T08:00:00Z");
        assert_eq!(utc(u64::MAX), "18446744073709551615 s after 1970");
        assert_eq!(with_distance(60, 0), "1970-01-01T00:01:00Z (in 60 seconds)");
        assert_eq!(with_distance(7, 7), "1970-01-01T00:00:07Z (now)");
        assert_eq!(with_distance(0, 7200), "1970-01-01T00:00:00Z (2 hours ago)");
    }

    #[test]
    fn a_duration_has_the_largest_unit_of_which_there_are_two() {
        for (seconds, text) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (3_599, "60 minutes"),
            (7_199, "120 minutes"),
            (u64::MAX, "584942417355 years"),
            (86_400, "24 hours"),
            (172_800, "2 days"),
            (63_072_000, "2 years"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }
}
