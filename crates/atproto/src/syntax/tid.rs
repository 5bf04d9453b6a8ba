//! Timestamp identifiers: record keys and revisions that sort by time.

use std::fmt;
use std::str::FromStr;

use super::{SyntaxError, serde_as_string};

/// Base32 in an order that sorts as the numbers do.
const ALPHABET: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 13;
const CLOCK_ID_BITS: u32 = 10;
const MAX_MICROS: u64 = (1 << 53) - 1;
const MAX_CLOCK_ID: u16 = (1 << CLOCK_ID_BITS) - 1;

/// A timestamp identifier: 53 bits of microseconds since 1970 and 10 bits that tell clocks apart.
/// atproto.com/specs/tid
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tid(u64);

impl Tid {
    /// The identifier for a time in microseconds since 1970 on the clock `clock_id`.
    ///
    /// Only the low 53 bits of the time (good until the year 2255) and the low 10 bits of the
    /// clock id have room. Being unique is up to the caller: see [`Tid::next_after`].
    pub const fn new(unix_micros: u64, clock_id: u16) -> Self {
        Self(((unix_micros & MAX_MICROS) << CLOCK_ID_BITS) | (clock_id & MAX_CLOCK_ID) as u64)
    }

    /// Like [`Tid::new`], but later than `previous` even if the clock stood still or went back.
    #[must_use]
    pub fn next_after(previous: Self, unix_micros: u64, clock_id: u16) -> Self {
        let earliest = previous.unix_micros().saturating_add(1);
        Self::new(unix_micros.max(earliest), clock_id)
    }

    /// Microseconds since 1970.
    pub const fn unix_micros(self) -> u64 {
        self.0 >> CLOCK_ID_BITS
    }

    /// The clock that made it, below 1024.
    #[expect(clippy::cast_possible_truncation, reason = "the mask leaves 10 bits")]
    pub const fn clock_id(self) -> u16 {
        (self.0 & MAX_CLOCK_ID as u64) as u16
    }
}

impl FromStr for Tid {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = |reason| SyntaxError::new("TID", reason);
        if text.len() != LENGTH {
            return Err(error("not 13 characters long"));
        }
        let mut value = 0_u64;
        for (position, byte) in text.bytes().enumerate() {
            let digit = ALPHABET
                .iter()
                .zip(0_u64..)
                .find_map(|(&letter, digit)| (letter == byte).then_some(digit))
                .ok_or(error("holds a character outside 2-7 a-z"))?;
            // 13 characters carry 65 bits; the first of them must be zero.
            if position == 0 && digit >= 16 {
                return Err(error("too large for 64 bits"));
            }
            value = (value << 5) | digit;
        }
        Ok(Self(value))
    }
}

impl fmt::Display for Tid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = (0..LENGTH)
            .rev()
            .map(|place| {
                let digit = (self.0 >> (5 * place)) & 31;
                char::from(ALPHABET[usize::try_from(digit).expect("five bits fit")])
            })
            .collect();
        formatter.write_str(&text)
    }
}

serde_as_string!(Tid);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_known_identifier_is_read_and_written() {
        let tid: Tid = "3jzfcijpj2z2a".parse().expect("a TID");
        assert_eq!(tid.to_string(), "3jzfcijpj2z2a");
        // Days from 1970 to 2023-06-30.
        assert_eq!(tid.unix_micros() / 1_000_000 / 86_400, 19_538);
        assert_eq!(tid.clock_id(), 6);
    }

    #[test]
    fn zero_is_all_twos() {
        assert_eq!(Tid::new(0, 0).to_string(), "2222222222222");
    }

    #[test]
    fn the_next_identifier_is_later_even_if_the_clock_went_back() {
        let first = Tid::new(1_000, 9);
        let second = Tid::next_after(first, 10, 3);
        assert!(second > first);
        assert_eq!((second.unix_micros(), second.clock_id()), (1_001, 3));
        assert_eq!(Tid::next_after(second, 5_000, 3), Tid::new(5_000, 3));
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "3jzfcijpj2z2",
            "3jzfcijpj2z2aa",
            "3JZFCIJPJ2Z2A",
            "3jzfcijpj2z21",
            "kjzfcijpj2z2a",
        ] {
            assert!(text.parse::<Tid>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn text_sorts_as_time_does(a in 0..=MAX_MICROS, b in 0..=MAX_MICROS, clock in 0..=MAX_CLOCK_ID) {
            let (first, second) = (Tid::new(a, clock), Tid::new(b, clock));
            prop_assert_eq!(first.cmp(&second), first.to_string().cmp(&second.to_string()));
            prop_assert_eq!(first.to_string().parse(), Ok(first));
            prop_assert_eq!((first.unix_micros(), first.clock_id()), (a, clock));
        }
    }
}
