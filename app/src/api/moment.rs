//! Points in time: how long ago for people, the exact time for whoever looks twice and for programs.

use serde::{Serialize, Serializer};

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
pub fn relative(then: i64, now: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const UNITS: [(i64, &str); 6] = [
        (365 * DAY, "year"),
        (30 * DAY, "month"),
        (7 * DAY, "week"),
        (DAY, "day"),
        (HOUR, "hour"),
        (MINUTE, "minute"),
    ];
    let seconds = now.saturating_sub(then) / 1000;
    if seconds < -MINUTE {
        return "in the future".to_owned();
    }
    let unit = UNITS.iter().find(|(length, _)| seconds >= *length);
    match unit.map(|(length, name)| (seconds / length, name)) {
        None => "just now".to_owned(),
        Some((1, name)) => format!("1 {name} ago"),
        Some((count, name)) => format!("{count} {name}s ago"),
    }
}

#[cfg(test)]
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
