//! Writing archives, block by block.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::{CID_LENGTH, varint};
use crate::data::{Cid, Ipld, dag_cbor};

/// The beginning of an archive: with a root, the commit, if it is of a repo; `None` if it is of
/// some blocks.
pub fn write_header(root: impl Into<Option<Cid>>) -> Bytes {
    let roots = root.into().into_iter().map(Ipld::Link).collect();
    let header = dag_cbor::encode(&Ipld::Map(BTreeMap::from([
        ("roots".to_owned(), Ipld::List(roots)),
        ("version".to_owned(), Ipld::Integer(1)),
    ])));
    let mut bytes = Vec::with_capacity(header.len() + 1);
    varint::write(header.len() as u64, &mut bytes);
    bytes.extend_from_slice(&header);
    bytes.into()
}

/// A block as it stands in an archive.
pub fn write_block(cid: Cid, bytes: &[u8]) -> Bytes {
    let mut section = Vec::with_capacity(block_size(bytes.len()));
    append_block(cid, bytes, &mut section);
    section.into()
}

/// How many bytes a block of `length` bytes takes in an archive.
pub fn block_size(length: usize) -> usize {
    let section = length + CID_LENGTH;
    // Seven bits a byte.
    let varint_length = section.ilog2() as usize / 7 + 1;
    varint_length + section
}

/// A whole archive.
pub fn to_car<'a>(
    root: impl Into<Option<Cid>>,
    blocks: impl IntoIterator<Item = (&'a Cid, &'a Bytes)>,
) -> Vec<u8> {
    let mut car = write_header(root).to_vec();
    for (cid, bytes) in blocks {
        append_block(*cid, bytes, &mut car);
    }
    car
}

fn append_block(cid: Cid, bytes: &[u8], section: &mut Vec<u8>) {
    varint::write((CID_LENGTH + bytes.len()) as u64, section);
    section.extend_from_slice(&cid.to_bytes());
    section.extend_from_slice(bytes);
}
