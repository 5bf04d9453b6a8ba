//! The binary form of the data model: DAG-CBOR, of which every value has exactly one spelling.
//! atproto.com/specs/data-model, ipld.io/specs/codecs/dag-cbor

use std::collections::BTreeMap;

use super::ipld::MAX_DEPTH;
use super::{Cid, Ipld};

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const LIST: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const SIMPLE: u8 = 7;

const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;
const NULL: u8 = 0xf6;
/// The tag of a CID.
const CID_TAG: u64 = 42;
/// A CID in CBOR begins with this byte, the multibase prefix of raw bytes.
const CID_PREFIX: u8 = 0x00;

/// Why bytes are not one value in DAG-CBOR. The offset is where the reader stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at byte {offset}")]
pub struct DagCborError {
    /// What is wrong.
    pub problem: DagCborProblem,
    /// Where.
    pub offset: usize,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DagCborProblem {
    /// The bytes end inside a value.
    #[error("the value breaks off")]
    Truncated,
    /// More bytes follow the value.
    #[error("bytes follow the value")]
    Trailing,
    /// A number has a shorter spelling, or a length is left open.
    #[error("a number or length is not in its shortest form")]
    NotShortest,
    /// A number beyond 64 bits with sign.
    #[error("a number has more than 64 bits")]
    Integer,
    /// Fractions, `undefined` and other simple values.
    #[error("a fraction or unknown simple value")]
    Simple,
    /// A tag that is not a CID's, or a CID that is none.
    #[error("a tag that is not a CID")]
    Tag,
    /// Text that is not UTF-8.
    #[error("text that is not UTF-8")]
    Text,
    /// Keys of a map that are not text, in another order than the canonical one, or there twice.
    #[error("keys of a map that are not text in canonical order")]
    Keys,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("values nested too deep")]
    Depth,
}

/// Writes a value.
pub fn encode(value: &Ipld) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    write(value, &mut bytes);
    bytes
}

fn write(value: &Ipld, bytes: &mut Vec<u8>) {
    match value {
        Ipld::Null => bytes.push(NULL),
        Ipld::Bool(false) => bytes.push(FALSE),
        Ipld::Bool(true) => bytes.push(TRUE),
        Ipld::Integer(value) if *value >= 0 => write_head(UNSIGNED, value.cast_unsigned(), bytes),
        // -1 - value, which cannot overflow.
        Ipld::Integer(value) => write_head(NEGATIVE, (!*value).cast_unsigned(), bytes),
        Ipld::Bytes(content) => {
            write_head(BYTES, content.len() as u64, bytes);
            bytes.extend_from_slice(content);
        }
        Ipld::String(text) => write_text(text, bytes),
        Ipld::List(values) => {
            write_head(LIST, values.len() as u64, bytes);
            for value in values {
                write(value, bytes);
            }
        }
        Ipld::Map(fields) => {
            write_head(MAP, fields.len() as u64, bytes);
            let mut fields: Vec<_> = fields.iter().collect();
            // Shorter keys first, then by bytes, in which the map is already.
            fields.sort_by_key(|(name, _)| name.len());
            for (name, value) in fields {
                write_text(name, bytes);
                write(value, bytes);
            }
        }
        Ipld::Link(cid) => {
            let cid = cid.to_bytes();
            write_head(TAG, CID_TAG, bytes);
            write_head(BYTES, cid.len() as u64 + 1, bytes);
            bytes.push(CID_PREFIX);
            bytes.extend_from_slice(&cid);
        }
    }
}

fn write_text(text: &str, bytes: &mut Vec<u8>) {
    write_head(TEXT, text.len() as u64, bytes);
    bytes.extend_from_slice(text.as_bytes());
}

fn write_head(major: u8, argument: u64, bytes: &mut Vec<u8>) {
    let major = major << 5;
    let be = argument.to_be_bytes();
    match argument {
        0..=23 => bytes.push(major | be[7]),
        24..=0xff => bytes.extend_from_slice(&[major | 0x18, be[7]]),
        0x100..=0xffff => {
            bytes.push(major | 0x19);
            bytes.extend_from_slice(&be[6..]);
        }
        0x1_0000..=0xffff_ffff => {
            bytes.push(major | 0x1a);
            bytes.extend_from_slice(&be[4..]);
        }
        _ => {
            bytes.push(major | 0x1b);
            bytes.extend_from_slice(&be);
        }
    }
}

/// Reads one value, which must be all there is, and be spelled as [`encode`] spells it.
pub fn decode(bytes: &[u8]) -> Result<Ipld, DagCborError> {
    let mut reader = Reader { bytes, offset: 0 };
    let value = reader.value(0)?;
    if reader.offset == bytes.len() {
        Ok(value)
    } else {
        Err(reader.fail(DagCborProblem::Trailing))
    }
}

/// Reads one value from the start of `bytes` and returns it with what follows: for frames of several values.
pub fn decode_prefix(bytes: &[u8]) -> Result<(Ipld, &[u8]), DagCborError> {
    let mut reader = Reader { bytes, offset: 0 };
    let value = reader.value(0)?;
    Ok((value, &bytes[reader.offset..]))
}

struct Reader<'bytes> {
    bytes: &'bytes [u8],
    offset: usize,
}

impl<'bytes> Reader<'bytes> {
    const fn fail(&self, problem: DagCborProblem) -> DagCborError {
        DagCborError {
            problem,
            offset: self.offset,
        }
    }

    fn value(&mut self, depth: usize) -> Result<Ipld, DagCborError> {
        if depth > MAX_DEPTH {
            return Err(self.fail(DagCborProblem::Depth));
        }
        let initial = self.take(1)?[0];
        if initial >> 5 == SIMPLE {
            return match initial {
                FALSE => Ok(Ipld::Bool(false)),
                TRUE => Ok(Ipld::Bool(true)),
                NULL => Ok(Ipld::Null),
                _ => Err(self.fail(DagCborProblem::Simple)),
            };
        }
        let argument = self.argument(initial & 0x1f)?;
        let integer = |reader: &Self| {
            i64::try_from(argument).map_err(|_| reader.fail(DagCborProblem::Integer))
        };
        match initial >> 5 {
            UNSIGNED => Ok(Ipld::Integer(integer(self)?)),
            NEGATIVE => Ok(Ipld::Integer(!integer(self)?)),
            BYTES => Ok(Ipld::Bytes(self.content(argument)?.to_vec())),
            TEXT => Ok(Ipld::String(self.text(argument)?.to_owned())),
            LIST => self.list(argument, depth),
            MAP => self.map(argument, depth),
            _ => self.link(argument),
        }
    }

    fn list(&mut self, length: u64, depth: usize) -> Result<Ipld, DagCborError> {
        // No space is set aside by what a stranger says: each value takes a byte at least.
        let mut values = Vec::new();
        for _ in 0..length {
            values.push(self.value(depth + 1)?);
        }
        Ok(Ipld::List(values))
    }

    fn map(&mut self, length: u64, depth: usize) -> Result<Ipld, DagCborError> {
        let mut fields = BTreeMap::new();
        let mut last: Option<&str> = None;
        for _ in 0..length {
            let name = self.key()?;
            if last.is_some_and(|last| (last.len(), last) >= (name.len(), name)) {
                return Err(self.fail(DagCborProblem::Keys));
            }
            last = Some(name);
            let value = self.value(depth + 1)?;
            fields.insert(name.to_owned(), value);
        }
        Ok(Ipld::Map(fields))
    }

    fn key(&mut self) -> Result<&'bytes str, DagCborError> {
        let initial = self.take(1)?[0];
        if initial >> 5 != TEXT {
            return Err(self.fail(DagCborProblem::Keys));
        }
        let length = self.argument(initial & 0x1f)?;
        self.text(length)
    }

    fn link(&mut self, tag: u64) -> Result<Ipld, DagCborError> {
        let not_a_cid = DagCborProblem::Tag;
        if tag != CID_TAG {
            return Err(self.fail(not_a_cid));
        }
        let initial = self.take(1)?[0];
        if initial >> 5 != BYTES {
            return Err(self.fail(not_a_cid));
        }
        let length = self.argument(initial & 0x1f)?;
        match self.content(length)? {
            [CID_PREFIX, cid @ ..] => Cid::from_bytes(cid)
                .map(Ipld::Link)
                .map_err(|_| self.fail(not_a_cid)),
            _ => Err(self.fail(not_a_cid)),
        }
    }

    /// The number that follows the first byte, which must not fit into fewer bytes.
    fn argument(&mut self, information: u8) -> Result<u64, DagCborError> {
        let (width, shortest) = match information {
            0..=23 => return Ok(u64::from(information)),
            24 => (1, 24),
            25 => (2, 0x100),
            26 => (4, 0x1_0000),
            27 => (8, 0x1_0000_0000),
            _ => return Err(self.fail(DagCborProblem::NotShortest)),
        };
        let number = self
            .take(width)?
            .iter()
            .fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        if number < shortest {
            return Err(self.fail(DagCborProblem::NotShortest));
        }
        Ok(number)
    }

    fn text(&mut self, length: u64) -> Result<&'bytes str, DagCborError> {
        let content = self.content(length)?;
        std::str::from_utf8(content).map_err(|_| self.fail(DagCborProblem::Text))
    }

    fn content(&mut self, length: u64) -> Result<&'bytes [u8], DagCborError> {
        let length = usize::try_from(length).map_err(|_| self.fail(DagCborProblem::Truncated))?;
        self.take(length)
    }

    fn take(&mut self, length: usize) -> Result<&'bytes [u8], DagCborError> {
        let taken = self
            .bytes
            .get(self.offset..)
            .and_then(|rest| rest.get(..length))
            .ok_or(self.fail(DagCborProblem::Truncated))?;
        self.offset += length;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn problem(hex: &str) -> DagCborProblem {
        let bytes = hex::decode(hex).expect("hex");
        decode(&bytes).expect_err("not DAG-CBOR").problem
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for (hex, expected) in [
            ("1817", DagCborProblem::NotShortest),
            ("190017", DagCborProblem::NotShortest),
            ("1a0000ffff", DagCborProblem::NotShortest),
            ("1b00000000ffffffff", DagCborProblem::NotShortest),
            ("1b8000000000000000", DagCborProblem::Integer),
            ("3b8000000000000000", DagCborProblem::Integer),
            ("f97e00", DagCborProblem::Simple),
            ("fb3ff8000000000000", DagCborProblem::Simple),
            ("f7", DagCborProblem::Simple),
            ("9fff", DagCborProblem::NotShortest),
            ("5f41aaff", DagCborProblem::NotShortest),
            ("a2616201616101", DagCborProblem::Keys),
            ("a2616101616102", DagCborProblem::Keys),
            ("a262616101616201", DagCborProblem::Keys),
            ("a10101", DagCborProblem::Keys),
            ("61ff", DagCborProblem::Text),
            ("c100", DagCborProblem::Tag),
            ("d82a4100", DagCborProblem::Tag),
            ("0000", DagCborProblem::Trailing),
            ("8201", DagCborProblem::Truncated),
            ("5affffffff00", DagCborProblem::Truncated),
            ("9bffffffffffffffff", DagCborProblem::Truncated),
            ("", DagCborProblem::Truncated),
        ] {
            assert_eq!(problem(hex), expected, "{hex}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let mut bytes = vec![0x81; 100_000];
        bytes.push(0);
        assert_eq!(
            decode(&bytes).expect_err("too deep").problem,
            DagCborProblem::Depth
        );
    }

    fn any_value() -> impl Strategy<Value = Ipld> {
        let leaf = prop_oneof![
            Just(Ipld::Null),
            any::<bool>().prop_map(Ipld::Bool),
            any::<i64>().prop_map(Ipld::Integer),
            ".{0,40}".prop_map(Ipld::String),
            prop::collection::vec(any::<u8>(), 0..300).prop_map(Ipld::Bytes),
            any::<[u8; 8]>().prop_map(|bytes| Ipld::Link(Cid::raw_sha256(&bytes))),
        ];
        leaf.prop_recursive(6, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Ipld::List),
                prop::collection::btree_map(".{0,8}", inner, 0..8).prop_map(Ipld::Map),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(value in any_value()) {
            prop_assert_eq!(decode(&encode(&value)), Ok(value));
        }

        #[test]
        fn what_reads_is_spelled_the_one_way(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(value) = decode(&bytes) {
                prop_assert_eq!(encode(&value), bytes);
            }
        }

        #[test]
        fn a_changed_byte_never_reads_as_another_spelling(
            value in any_value(),
            place in any::<prop::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let mut bytes = encode(&value);
            let place = place.index(bytes.len());
            bytes[place] = byte;
            if let Ok(value) = decode(&bytes) {
                prop_assert_eq!(encode(&value), bytes);
            }
        }
    }
}
