//! Times as records write them.

use std::fmt;
use std::str::FromStr;

use super::{SyntaxError, serde_as_string};

/// The longest datetime in bytes that atproto accepts.
const MAX_LENGTH: usize = 64;
const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
/// 9999-12-31T23:59:59.999999Z.
const MAX_UNIX_MICROS: i64 = 253_402_300_799_999_999;
/// 0000-01-01T00:00:00Z.
const MIN_UNIX_MICROS: i64 = -62_167_219_200_000_000;

/// A moment in the meeting of RFC 3339 and ISO 8601 that atproto allows.
/// atproto.com/specs/lexicon#datetime
///
/// The text is kept as it was written, because a record must not change when it is copied. Order
/// is by time first; equality is of the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Datetime {
    unix_micros: i64,
    text: String,
}

impl Datetime {
    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Microseconds since 1970; finer fractions are cut off.
    pub const fn unix_micros(&self) -> i64 {
        self.unix_micros
    }

    /// A moment in the preferred form, in UTC with milliseconds: `2026-11-21T08:00:00.000Z`.
    ///
    /// Moments outside the years 0 to 9999 cannot be written and are drawn to the nearest that can.
    pub fn from_unix_micros(unix_micros: i64) -> Self {
        let in_range = unix_micros.clamp(MIN_UNIX_MICROS, MAX_UNIX_MICROS);
        let unix_millis = in_range.div_euclid(1000);
        let seconds = unix_millis.div_euclid(1000);
        let (year, month, day) = date_of_day(seconds.div_euclid(SECONDS_PER_DAY));
        let second_of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (
            second_of_day / 3600,
            second_of_day / 60 % 60,
            second_of_day % 60,
        );
        let millis = unix_millis.rem_euclid(1000);
        Self {
            unix_micros: unix_millis * 1000,
            text: format!(
                "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
            ),
        }
    }
}

impl FromStr for Datetime {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_LENGTH {
            return Err(error("longer than 64 bytes"));
        }
        let unix_micros = parse_unix_micros(text)?;
        if unix_micros < MIN_UNIX_MICROS {
            return Err(error("before the year 0 in UTC"));
        }
        Ok(Self {
            unix_micros,
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for Datetime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

serde_as_string!(Datetime);

const fn error(reason: &'static str) -> SyntaxError {
    SyntaxError::new("datetime", reason)
}

/// Reads `YYYY-MM-DDTHH:MM:SS[.fraction](Z|±HH:MM)`.
fn parse_unix_micros(text: &str) -> Result<i64, SyntaxError> {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00";
    let bytes = text.as_bytes();
    let has_shape = bytes.len() > SHAPE.len()
        && bytes.iter().zip(SHAPE).all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            separator => byte == separator,
        });
    if !has_shape {
        return Err(error("not of the form YYYY-MM-DDTHH:MM:SS"));
    }
    let number = |from: usize, to: usize| decimal(&bytes[from..to]);
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let (hour, minute, second) = (number(11, 13), number(14, 16), number(17, 19));
    if !(1..=12).contains(&month) || !(1..=days_of_month(year, month)).contains(&day) {
        return Err(error("no such day"));
    }
    // The reference implementations refuse a leap second, so a record holding one would be lost.
    if hour > 23 || minute > 59 || second > 59 {
        return Err(error("no such time of day"));
    }
    let (micros, zone) = split_fraction(&text[SHAPE.len()..])?;
    let seconds =
        day_of_date(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second
            - zone_offset_seconds(zone)?;
    Ok(seconds * MICROS_PER_SECOND + micros)
}

/// Splits `.123Z` into its microseconds and the time zone.
fn split_fraction(rest: &str) -> Result<(i64, &str), SyntaxError> {
    let Some(rest) = rest.strip_prefix('.') else {
        return Ok((0, rest));
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=20).contains(&digits) {
        return Err(error("fraction is not 1 to 20 digits"));
    }
    let (fraction, zone) = rest.split_at(digits);
    let micros = fraction
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(6)
        .fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
    Ok((micros, zone))
}

fn zone_offset_seconds(zone: &str) -> Result<i64, SyntaxError> {
    let bytes = zone.as_bytes();
    let sign = match bytes {
        [b'Z'] => return Ok(0),
        // RFC 3339 has `-00:00` for "zone unknown", ISO 8601 does not.
        b"-00:00" => return Err(error("`-00:00` is not allowed")),
        [b'+', _, _, b':', _, _] => 1,
        [b'-', _, _, b':', _, _] => -1,
        _ => return Err(error("time zone is not `Z` or ±HH:MM")),
    };
    let (hours, minutes) = (&bytes[1..3], &bytes[4..6]);
    if !hours.iter().chain(minutes).all(u8::is_ascii_digit) {
        return Err(error("time zone is not `Z` or ±HH:MM"));
    }
    let (hours, minutes) = (decimal(hours), decimal(minutes));
    if hours > 23 || minutes > 59 {
        return Err(error("no such time zone"));
    }
    Ok(sign * (hours * 3600 + minutes * 60))
}

/// The value of ASCII digits.
fn decimal(digits: &[u8]) -> i64 {
    digits
        .iter()
        .fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
}

const fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the years before `year`, counted from the year 0.
const fn days_before_year(year: i64) -> i64 {
    let previous = year - 1;
    // The year 0 is a leap year, hence the one added; `div_euclid` keeps year 0 itself right.
    year * 365 + previous.div_euclid(4) - previous.div_euclid(100) + previous.div_euclid(400) + 1
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn day_of_date(year: i64, month: i64, day: i64) -> i64 {
    let before_month: i64 = (1..month).map(|earlier| days_of_month(year, earlier)).sum();
    days_before_year(year) - days_before_year(1970) + before_month + day - 1
}

/// The inverse of [`day_of_date`].
fn date_of_day(day: i64) -> (i64, i64, i64) {
    let since_year_zero = day + days_before_year(1970);
    // 146,097 days are 400 years; the guess is right or one year late.
    let guess = since_year_zero * 400 / 146_097 + 1;
    let year = (0..=guess)
        .rev()
        .find(|&year| days_before_year(year) <= since_year_zero)
        .unwrap_or(0);
    let mut remaining = since_year_zero - days_before_year(year);
    let mut month = 1;
    while remaining >= days_of_month(year, month) {
        remaining -= days_of_month(year, month);
        month += 1;
    }
    (year, month, remaining + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn datetime(text: &str) -> Datetime {
        text.parse().expect("a well-formed datetime")
    }

    #[test]
    fn time_zone_and_fraction_are_reckoned() {
        let micros = |text| datetime(text).unix_micros();
        assert_eq!(micros("1970-01-01T00:00:00Z"), 0);
        assert_eq!(micros("1970-01-01T00:00:01.5Z"), 1_500_000);
        assert_eq!(micros("1970-01-01T01:45:00.000+01:45"), 0);
        assert_eq!(micros("1969-12-31T17:00:00.000-07:00"), 0);
        assert_eq!(micros("1970-01-01T00:00:00.1234567891Z"), 123_456);
        assert_eq!(micros("1985-04-12T23:20:50.123Z"), 482_196_050_123_000);
        assert_eq!(micros("2000-02-29T00:00:00Z"), 951_782_400_000_000);
        assert_eq!(micros("0000-01-01T00:00:00Z"), MIN_UNIX_MICROS);
        assert_eq!(micros("9999-12-31T23:59:59.999999Z"), MAX_UNIX_MICROS);
    }

    #[test]
    fn order_is_by_time_and_text_is_kept() {
        let earlier = datetime("2026-01-01T10:00:00+02:00");
        let later = datetime("2026-01-01T09:00:00Z");
        assert!(earlier < later);
        assert_eq!(earlier.to_string(), "2026-01-01T10:00:00+02:00");
    }

    #[test]
    fn moments_that_do_not_exist_are_refused() {
        for text in [
            "2026-00-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00-00:00",
            "0000-01-01T00:00:00+01:00",
        ] {
            assert!(text.parse::<Datetime>().is_err(), "{text}");
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in [
            "",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-01-01 00:00:00Z",
            "2026-01-01t00:00:00Z",
            "2026-01-01T00:00:00z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00,5Z",
            "2026-01-01T00:00:00+0100",
            "2026-01-01T00:00:00+01",
            "2026-01-01T00:00:00+0é:0",
            "2026-01-01T00:00:00.000Z ",
            "+02026-01-01T00:00:00Z",
        ] {
            assert!(text.parse::<Datetime>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn moments_are_written_in_the_preferred_form() {
        let text = |micros| Datetime::from_unix_micros(micros).to_string();
        assert_eq!(text(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(text(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(text(951_782_400_123_456), "2000-02-29T00:00:00.123Z");
        assert_eq!(text(i64::MIN), "0000-01-01T00:00:00.000Z");
        assert_eq!(text(i64::MAX), "9999-12-31T23:59:59.999Z");
    }

    proptest! {
        #[test]
        fn written_moments_read_back(micros in MIN_UNIX_MICROS..=MAX_UNIX_MICROS) {
            let written = Datetime::from_unix_micros(micros);
            prop_assert_eq!(written.unix_micros(), micros.div_euclid(1000) * 1000);
            prop_assert_eq!(written.to_string().parse(), Ok(written));
        }
    }
}
