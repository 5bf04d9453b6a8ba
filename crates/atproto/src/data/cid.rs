//! Content identifiers, in the one flavour that atproto blesses.

use std::fmt;
use std::str::FromStr;

use multibase::Base;
use sha2::{Digest as _, Sha256};

use crate::syntax::serde_as_string;

/// Bytes of a binary CID: version, codec, hash code, hash length, hash.
const BINARY_LENGTH: usize = 36;
/// Characters of a CID in base32 with its prefix `b`.
const TEXT_LENGTH: usize = 59;
const VERSION_1: u8 = 0x01;
const SHA2_256: u8 = 0x12;
const SHA2_256_LENGTH: u8 = 32;

/// What the bytes behind a CID are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// Bytes of any kind: blobs.
    Raw,
    /// A DAG-CBOR object: records, tree nodes, commits.
    DagCbor,
}

impl Codec {
    const fn code(self) -> u8 {
        match self {
            Self::Raw => 0x55,
            Self::DagCbor => 0x71,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            0x55 => Some(Self::Raw),
            0x71 => Some(Self::DagCbor),
            _ => None,
        }
    }
}

/// A `CIDv1` over SHA-256 with codec raw or dag-cbor, written in lower-case base32.
/// atproto.com/specs/data-model#link-and-cid-formats
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cid {
    codec: Codec,
    sha256: [u8; 32],
}

/// Why bytes or text are not a CID that atproto accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CidError {
    /// Not 36 bytes, or not 59 characters.
    #[error("not the length of a CIDv1 over SHA-256")]
    Length,
    /// Not base32 in lower case, or not in its canonical spelling.
    #[error("not canonical lower-case base32 with prefix `b`")]
    Encoding,
    /// A version other than 1.
    #[error("not a CID of version 1")]
    Version,
    /// A codec other than raw and dag-cbor.
    #[error("codec is neither raw nor dag-cbor")]
    Codec,
    /// A hash other than SHA-256 with all its 32 bytes.
    #[error("hash is not SHA-256")]
    Hash,
}

impl Cid {
    /// The CID of a blob with these bytes.
    pub fn raw_sha256(bytes: &[u8]) -> Self {
        Self::from_raw_digest(Sha256::digest(bytes).into())
    }

    /// The CID of a blob whose SHA-256 is known.
    pub const fn from_raw_digest(sha256: [u8; 32]) -> Self {
        Self {
            codec: Codec::Raw,
            sha256,
        }
    }

    /// The CID of an encoded DAG-CBOR object.
    pub fn dag_cbor_sha256(bytes: &[u8]) -> Self {
        Self {
            codec: Codec::DagCbor,
            sha256: Sha256::digest(bytes).into(),
        }
    }

    /// Whether this is the CID of a blob with exactly these bytes.
    pub fn matches_raw(&self, bytes: &[u8]) -> bool {
        *self == Self::raw_sha256(bytes)
    }

    /// What the bytes behind the CID are.
    pub const fn codec(&self) -> Codec {
        self.codec
    }

    /// The SHA-256 of the bytes behind the CID.
    pub const fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// The binary form.
    pub fn to_bytes(&self) -> [u8; BINARY_LENGTH] {
        let mut bytes = [0; BINARY_LENGTH];
        bytes[..4].copy_from_slice(&[VERSION_1, self.codec.code(), SHA2_256, SHA2_256_LENGTH]);
        bytes[4..].copy_from_slice(&self.sha256);
        bytes
    }

    /// Reads the binary form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CidError> {
        let bytes: &[u8; BINARY_LENGTH] = bytes.try_into().map_err(|_| CidError::Length)?;
        let [version, codec, hash, hash_length, sha256 @ ..] = bytes;
        if *version != VERSION_1 {
            return Err(CidError::Version);
        }
        let codec = Codec::from_code(*codec).ok_or(CidError::Codec)?;
        if (*hash, *hash_length) != (SHA2_256, SHA2_256_LENGTH) {
            return Err(CidError::Hash);
        }
        Ok(Self {
            codec,
            sha256: *sha256,
        })
    }
}

impl FromStr for Cid {
    type Err = CidError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != TEXT_LENGTH {
            return Err(CidError::Length);
        }
        let digits = text.strip_prefix('b').ok_or(CidError::Encoding)?;
        let bytes = Base::Base32Lower
            .decode(digits)
            .map_err(|_| CidError::Encoding)?;
        let cid = Self::from_bytes(&bytes)?;
        // The last character has spare bits; only one spelling may name a block.
        if cid.to_string() != text {
            return Err(CidError::Encoding);
        }
        Ok(cid)
    }
}

impl fmt::Display for Cid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&multibase::encode(Base::Base32Lower, self.to_bytes()))
    }
}

serde_as_string!(Cid);

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of no bytes, as a raw CID.
    const EMPTY: &str = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";

    #[test]
    fn the_cid_of_no_bytes_is_known() {
        let cid = Cid::raw_sha256(b"");
        assert_eq!(cid.to_string(), EMPTY);
        assert_eq!(EMPTY.parse(), Ok(cid));
        assert!(cid.matches_raw(b""));
        assert!(!cid.matches_raw(b"x"));
        assert_eq!(hex::encode(&cid.sha256()[..4]), "e3b0c442");
    }

    #[test]
    fn codecs_are_told_apart() {
        let record: Cid = "bafyreiclp443lavogvhj3d2ob2cxbfuscni2k5jk7bebjzg7khl3esabwq"
            .parse()
            .expect("a CID of a record");
        assert_eq!(record.codec(), Codec::DagCbor);
        assert_eq!(Cid::from_bytes(&record.to_bytes()), Ok(record));
        assert_ne!(record, Cid::from_raw_digest(*record.sha256()));
    }

    #[test]
    fn other_flavours_are_refused() {
        for (text, error) in [
            (
                "QmbWqxBEKC3P8tqsKc98xmWNzrzDtRLMiMPL8wBuTGsMnR",
                CidError::Length,
            ),
            (
                "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
                CidError::Codec,
            ),
            (&EMPTY.to_uppercase(), CidError::Encoding),
            (&EMPTY.replace('a', "1"), CidError::Encoding),
            (&format!("{EMPTY}a"), CidError::Length),
        ] {
            assert_eq!(text.parse::<Cid>(), Err(error), "{text}");
        }
        let mut bytes = Cid::raw_sha256(b"").to_bytes();
        bytes[2] = 0x13;
        assert_eq!(Cid::from_bytes(&bytes), Err(CidError::Hash));
        bytes[0] = 2;
        assert_eq!(Cid::from_bytes(&bytes), Err(CidError::Version));
    }

    #[test]
    fn one_block_has_one_spelling() {
        // The last of the 58 digits carries two spare bits, which must be zero.
        let with_spare_bits = format!("{}{}", &EMPTY[..EMPTY.len() - 1], 'v');
        assert_ne!(with_spare_bits, EMPTY);
        assert_eq!(with_spare_bits.parse::<Cid>(), Err(CidError::Encoding));
    }
}
