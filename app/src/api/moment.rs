//! Points in time: how long ago for people, the exact time for whoever looks twice and for programs.

use serde::{Serialize, Serializer};

#[cfg(feature = "ssr")]
use crate::t;

/// A point in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// RFC 3339 in UTC, such as `2026-11-21T07:30:00Z`.
    pub exact: String,
    /// `3 hours ago`.
    pub relative: String,
}

/// Programs get the exact time alone.
impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.exact)
    }
}

/// How long before `now` something was; both in unix milliseconds.
#[cfg(feature = "ssr")]
pub fn relative(then: i64, now: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const WEEK: i64 = 7 * DAY;
    const MONTH: i64 = 30 * DAY;
    const YEAR: i64 = 365 * DAY;
    /// Clocks differ by less.
    const AHEAD: i64 = -MINUTE;
    let seconds = now.saturating_sub(then) / 1000;
    match seconds {
        ..AHEAD => t!("moment-ahead").to_owned(),
        AHEAD..MINUTE => t!("moment-now").to_owned(),
        MINUTE..HOUR => t!("moment-minutes", count = seconds / MINUTE),
        HOUR..DAY => t!("moment-hours", count = seconds / HOUR),
        DAY..WEEK => t!("moment-days", count = seconds / DAY),
        WEEK..MONTH => t!("moment-weeks", count = seconds / WEEK),
        MONTH..YEAR => t!("moment-months", count = seconds / MONTH),
        YEAR.. => t!("moment-years", count = seconds / YEAR),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_their_largest_unit() {
        let hour = 3_600_000;
        for (before, text) in [
            (-2 * hour, "in the future"),
            (-5000, "just now"),
            (59_000, "just now"),
            (60_000, "1 minute ago"),
            (hour * 5, "5 hours ago"),
            (hour * 24 * 13, "1 week ago"),
            (hour * 24 * 70, "2 months ago"),
            (hour * 24 * 800, "2 years ago"),
        ] {
            assert_eq!(
                relative(1_000_000_000_000 - before, 1_000_000_000_000),
                text
            );
        }
    }
}
