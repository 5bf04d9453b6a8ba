//! Byte ranges: of downloads (`Range`), of upload chunks (`Content-Range`) and of upload progress.

use std::str::FromStr;

/// What a `Range` header asks of content of a known size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeOutcome {
    /// Serve everything with 200: the header is not understood, and may then be ignored (RFC 9110,
    /// section 14.2).
    Whole,
    /// Serve this part with 206.
    Partial {
        /// The offset of the first byte.
        first: u64,
        /// The offset of the last byte, always within the content.
        last: u64,
    },
    /// Answer 416: no byte of the content lies in the range.
    Unsatisfiable,
}

/// Reads a `Range` header for content of `size` bytes.
///
/// Only a single range of bytes is served. Several ranges at once serve no client of a registry and
/// make small requests expensive, so they get the whole content.
pub fn parse_range(header: &str, size: u64) -> RangeOutcome {
    let Some((unit, range)) = header.split_once('=') else {
        return RangeOutcome::Whole;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return RangeOutcome::Whole;
    }
    let Some((from, to)) = range.trim().split_once('-') else {
        return RangeOutcome::Whole;
    };
    let partial = |first: u64, last: u64| {
        if first < size {
            RangeOutcome::Partial {
                first,
                last: last.min(size - 1),
            }
        } else {
            RangeOutcome::Unsatisfiable
        }
    };
    match (from, to) {
        ("", suffix) => match saturating_number(suffix) {
            None => RangeOutcome::Whole,
            Some(0) => RangeOutcome::Unsatisfiable,
            Some(length) => partial(size.saturating_sub(length), u64::MAX),
        },
        (first, "") => {
            saturating_number(first).map_or(RangeOutcome::Whole, |first| partial(first, u64::MAX))
        }
        (first, last) => match (saturating_number(first), saturating_number(last)) {
            (Some(first), Some(last)) if first <= last => partial(first, last),
            _ => RangeOutcome::Whole,
        },
    }
}

/// Digits only. A number too large to count to lies behind any content, as `u64::MAX` does.
fn saturating_number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

/// A text is not the range of an upload chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the Content-Range of a chunk looks like 0-1023: the offsets of its first and last byte")]
pub struct ContentRangeParseError;

/// The place of an upload chunk within the blob: `<first>-<last>`, both inclusive (OCI
/// distribution-spec, "Pushing a blob in chunks").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRange {
    first: u64,
    last: u64,
}

impl ContentRange {
    /// The offset of the chunk's first byte.
    pub const fn first(self) -> u64 {
        self.first
    }

    /// The offset of the chunk's last byte, never before the first.
    pub const fn last(self) -> u64 {
        self.last
    }

    /// How many bytes the chunk has.
    pub const fn length(self) -> u64 {
        self.last - self.first + 1
    }
}

impl FromStr for ContentRange {
    type Err = ContentRangeParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        // The specification leaves out the unit and the total, which RFC 9110 demands and some
        // clients send.
        let range = match text.split_at_checked("bytes".len()) {
            Some((unit, rest)) if unit.eq_ignore_ascii_case("bytes") => {
                rest.trim_start_matches([' ', '='])
            }
            _ => text,
        };
        let range = range.split_once('/').map_or(range, |(before, _)| before);
        let (first, last) = range.split_once('-').ok_or(ContentRangeParseError)?;
        let (first, last) = (offset(first)?, offset(last)?);
        if first <= last {
            Ok(Self { first, last })
        } else {
            Err(ContentRangeParseError)
        }
    }
}

/// An offset that a signed 64-bit number can hold, so that sums of two cannot overflow.
fn offset(text: &str) -> Result<u64, ContentRangeParseError> {
    saturating_number(text)
        .filter(|offset| i64::try_from(*offset).is_ok())
        .ok_or(ContentRangeParseError)
}

/// The `Range` header of an upload that has received `end_offset` bytes: `0-<last>`.
///
/// An upload without any bytes says `0-0`, as one with a single byte does: the form has no way to
/// tell them apart, and clients expect it.
pub fn upload_range(end_offset: u64) -> String {
    format!("0-{}", end_offset.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn partial(first: u64, last: u64) -> RangeOutcome {
        RangeOutcome::Partial { first, last }
    }

    #[test]
    fn single_ranges_are_cut_to_the_content() {
        for (header, outcome) in [
            ("bytes=0-0", partial(0, 0)),
            ("bytes=2-5", partial(2, 5)),
            ("Bytes=2-", partial(2, 9)),
            ("bytes=-3", partial(7, 9)),
            ("bytes=-30", partial(0, 9)),
            ("bytes=9-99999999999999999999999", partial(9, 9)),
        ] {
            assert_eq!(parse_range(header, 10), outcome, "{header}");
        }
    }

    #[test]
    fn ranges_behind_the_end_cannot_be_satisfied() {
        for header in [
            "bytes=10-",
            "bytes=10-20",
            "bytes=-0",
            "bytes=99999999999999999999999-",
        ] {
            assert_eq!(
                parse_range(header, 10),
                RangeOutcome::Unsatisfiable,
                "{header}"
            );
        }
        for header in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
            assert_eq!(
                parse_range(header, 0),
                RangeOutcome::Unsatisfiable,
                "{header} of nothing"
            );
        }
    }

    #[test]
    fn what_is_not_a_single_range_of_bytes_is_ignored() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=5-2",
            "bytes=0-0,2-3",
            "lines=0-1",
            "bytes=+1-2",
            "bytes=--1",
            "bytes=0x1-2",
            "bytes 0-1",
        ] {
            assert_eq!(parse_range(header, 10), RangeOutcome::Whole, "{header:?}");
        }
    }

    #[test]
    fn chunks_are_read_with_and_without_the_unit() {
        for header in ["5-9", "bytes 5-9/*", "bytes 5-9/10", "bytes=5-9", "5-9/10"] {
            let range: ContentRange = header.parse().expect(header);
            assert_eq!(
                (range.first(), range.last(), range.length()),
                (5, 9, 5),
                "{header}"
            );
        }
    }

    #[test]
    fn chunks_that_make_no_sense_are_refused() {
        for header in [
            "",
            "-",
            "5",
            "9-5",
            "5-",
            "-5",
            "a-b",
            "0-18446744073709551615",
            "lines 0-1",
            "é-1",
        ] {
            assert_eq!(
                header.parse::<ContentRange>(),
                Err(ContentRangeParseError),
                "{header:?}"
            );
        }
    }

    #[test]
    fn the_progress_of_an_upload_names_its_last_byte() {
        assert_eq!(upload_range(0), "0-0");
        assert_eq!(upload_range(1), "0-0");
        assert_eq!(upload_range(1024), "0-1023");
    }

    proptest! {
        #[test]
        fn a_partial_range_always_lies_within_the_content(
            header in prop_oneof!["\\PC*", "bytes=[0-9]{0,21}-[0-9]{0,21}"],
            size: u64,
        ) {
            if let RangeOutcome::Partial { first, last } = parse_range(&header, size) {
                prop_assert!(first <= last && last < size);
            }
        }

        #[test]
        fn reading_a_chunk_range_never_panics(header in prop_oneof!["\\PC*", "[0-9]{0,21}-[0-9]{0,21}"]) {
            if let Ok(range) = header.parse::<ContentRange>() {
                prop_assert!(range.length() >= 1);
            }
        }
    }
}
