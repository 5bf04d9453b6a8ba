//! Unsigned LEB128, of which every number has one spelling here.

/// Seven bits a byte; lengths here have at most 32 bits.
const MAX_LENGTH: usize = 5;

/// What the beginning of some bytes is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Varint {
    /// A number and how many bytes it takes.
    Number(u64, usize),
    /// More bytes are needed.
    Incomplete,
    /// Longer than needed, or too large.
    Invalid,
}

/// Appends a number.
pub(super) fn write(number: u64, bytes: &mut Vec<u8>) {
    let mut rest = number;
    while rest >= 0x80 {
        bytes.push(low_bits(rest) | 0x80);
        rest >>= 7;
    }
    bytes.push(low_bits(rest));
}

const fn low_bits(number: u64) -> u8 {
    (number & 0x7f) as u8
}

/// Reads a number from the beginning of `bytes`.
pub(super) fn read(bytes: &[u8]) -> Varint {
    let mut number = 0_u64;
    for (index, byte) in bytes.iter().take(MAX_LENGTH).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let is_shortest = *byte != 0 || index == 0;
            return if is_shortest {
                Varint::Number(number, index + 1)
            } else {
                Varint::Invalid
            };
        }
    }
    if bytes.len() < MAX_LENGTH {
        Varint::Incomplete
    } else {
        Varint::Invalid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_round_trip_in_their_shortest_form() {
        for number in [
            0,
            1,
            127,
            128,
            300,
            16_383,
            16_384,
            2_097_152,
            u64::from(u32::MAX),
        ] {
            let mut bytes = Vec::new();
            write(number, &mut bytes);
            assert_eq!(
                read(&bytes),
                Varint::Number(number, bytes.len()),
                "{number}"
            );
            assert_eq!(
                read(&bytes[..bytes.len() - 1]),
                Varint::Incomplete,
                "{number}"
            );
        }
    }

    #[test]
    fn longer_forms_are_refused() {
        for bytes in [&[0x80, 0x00][..], &[0xff, 0x80, 0x00], &[0xff; 5]] {
            assert_eq!(read(bytes), Varint::Invalid, "{bytes:?}");
        }
    }
}
