//! CAR version 1, the archive that blocks travel in. atproto.com/specs/repository#car-file-serialization
//!
//! ```text
//! header: length as varint, DAG-CBOR {"roots": [link], "version": 1}
//! block:  length as varint, binary CID, bytes
//! ```

mod reader;
mod varint;
mod writer;

pub use reader::{CarError, CarReader, MAX_BLOCK_BYTES, MAX_HEADER_BYTES, read_car};
pub use writer::{block_size, to_car, write_block, write_header};

/// Bytes of a binary CID.
const CID_LENGTH: usize = 36;
