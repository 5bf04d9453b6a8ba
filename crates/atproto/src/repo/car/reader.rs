//! Reading archives from whoever sends them, as they come.

use bytes::{Buf as _, Bytes, BytesMut};

use super::CID_LENGTH;
use super::varint::{self, Varint};
use crate::data::dag_cbor::{self, DagCborError};
use crate::data::{Cid, CidError, Codec, Ipld};
use crate::repo::BlockMap;

/// The longest header that is read. It has room for more roots than anybody sends.
pub const MAX_HEADER_BYTES: usize = 1024 * 1024;
/// The longest block that is read: twice the longest record.
pub const MAX_BLOCK_BYTES: usize = 2 * 1024 * 1024;

/// Why bytes are not an archive that may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CarError {
    /// A length that is not in its shortest form, or beyond 32 bits.
    #[error("a length is not a varint in its shortest form")]
    Length,
    /// Longer than [`MAX_HEADER_BYTES`].
    #[error("the header is longer than {MAX_HEADER_BYTES} bytes")]
    HeaderTooLong,
    /// Longer than [`MAX_BLOCK_BYTES`].
    #[error("a block is longer than {MAX_BLOCK_BYTES} bytes")]
    BlockTooLong,
    /// A header that is not canonical DAG-CBOR.
    #[error("the header is not canonical DAG-CBOR")]
    HeaderEncoding(#[source] DagCborError),
    /// A header without the fields of version 1.
    #[error("the header is not that of a CAR of version 1")]
    Header,
    /// A block under a CID of a flavour that atproto does not use.
    #[error("the CID of a block is not one of atproto")]
    Cid(#[source] CidError),
    /// A block with other bytes than those of its CID.
    #[error("block {0} does not have the bytes that its CID says")]
    WrongHash(Cid),
    /// The bytes end inside the header or a block.
    #[error("the archive breaks off")]
    Truncated,
    /// The header names no root where one is needed.
    #[error("the archive has no root")]
    NoRoot,
    /// The block of the root is not in the archive.
    #[error("the block of the root {0} is missing")]
    MissingRoot(Cid),
}

/// Reads an archive piece by piece: bytes go in, checked blocks come out.
///
/// Every block is hashed. Apart from bytes that were pushed and not yet taken out, nothing is kept.
/// After an error, each further call repeats it.
#[derive(Debug, Default)]
pub struct CarReader {
    buffer: BytesMut,
    header: Option<Header>,
}

#[derive(Debug)]
struct Header {
    root: Option<Cid>,
    root_was_seen: bool,
}

impl CarReader {
    /// A reader that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes up the next bytes of the archive. To keep memory bounded, take all blocks out by
    /// [`CarReader::next_block`] before pushing more.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The first root, once the header was read; a commit in the archives of repos. Some archives
    /// have none.
    pub fn root(&self) -> Option<Cid> {
        self.header.as_ref().and_then(|header| header.root)
    }

    /// The next block; `None` if more bytes are needed, or all has been read.
    pub fn next_block(&mut self) -> Result<Option<(Cid, Bytes)>, CarError> {
        if self.header.is_none() {
            let Some(range) = section(&self.buffer, MAX_HEADER_BYTES, CarError::HeaderTooLong)?
            else {
                return Ok(None);
            };
            self.header = Some(read_header(&self.buffer[range.clone()])?);
            self.buffer.advance(range.end);
        }
        let limit = MAX_BLOCK_BYTES + CID_LENGTH;
        let Some(range) = section(&self.buffer, limit, CarError::BlockTooLong)? else {
            return Ok(None);
        };
        let (cid, bytes) = self.buffer[range.clone()]
            .split_at_checked(CID_LENGTH)
            .ok_or(CarError::Cid(CidError::Length))?;
        let cid = Cid::from_bytes(cid).map_err(CarError::Cid)?;
        let actual = match cid.codec() {
            Codec::Raw => Cid::raw_sha256(bytes),
            Codec::DagCbor => Cid::dag_cbor_sha256(bytes),
        };
        if actual != cid {
            return Err(CarError::WrongHash(cid));
        }
        if let Some(header) = &mut self.header {
            header.root_was_seen |= header.root == Some(cid);
        }
        self.buffer.advance(range.start + CID_LENGTH);
        let bytes = self.buffer.split_to(range.len() - CID_LENGTH).freeze();
        Ok(Some((cid, bytes)))
    }

    /// Says that no more bytes come: checks that none are left over and that the root was there.
    pub fn finish(self) -> Result<Option<Cid>, CarError> {
        match self.header {
            Some(header) if self.buffer.is_empty() => match header.root {
                Some(root) if !header.root_was_seen => Err(CarError::MissingRoot(root)),
                root => Ok(root),
            },
            _ => Err(CarError::Truncated),
        }
    }
}

/// Reads a whole archive: its first root, which must be there, and its blocks.
pub fn read_car(car: &[u8]) -> Result<(Cid, BlockMap), CarError> {
    let mut reader = CarReader::new();
    reader.push(car);
    let mut blocks = BlockMap::default();
    while let Some((cid, bytes)) = reader.next_block()? {
        blocks.insert(cid, bytes);
    }
    let root = reader.finish()?.ok_or(CarError::NoRoot)?;
    Ok((root, blocks))
}

/// Where the next section lies behind its length, if all of it is there.
fn section(
    buffer: &[u8],
    limit: usize,
    too_long: CarError,
) -> Result<Option<std::ops::Range<usize>>, CarError> {
    let (length, start) = match varint::read(buffer) {
        Varint::Number(length, start) => (length, start),
        Varint::Incomplete => return Ok(None),
        Varint::Invalid => return Err(CarError::Length),
    };
    let length = usize::try_from(length).map_err(|_| too_long)?;
    if length > limit {
        return Err(too_long);
    }
    let end = start + length;
    Ok((buffer.len() >= end).then_some(start..end))
}

fn read_header(bytes: &[u8]) -> Result<Header, CarError> {
    let header = dag_cbor::decode(bytes).map_err(CarError::HeaderEncoding)?;
    let version = header.get("version").and_then(Ipld::as_integer);
    let Some(Ipld::List(roots)) = header.get("roots") else {
        return Err(CarError::Header);
    };
    let roots: Option<Vec<Cid>> = roots.iter().map(Ipld::as_link).collect();
    match roots {
        Some(roots) if version == Some(1) => Ok(Header {
            root: roots.first().copied(),
            root_was_seen: false,
        }),
        _ => Err(CarError::Header),
    }
}

#[cfg(test)]
mod tests;
