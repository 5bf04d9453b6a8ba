//! Parts of the atproto data model that records hold: content identifiers and blobs.

mod blob_ref;
mod cid;

pub use blob_ref::{BLOB_TYPE, RecordBlob};
pub use cid::{Cid, CidError, Codec};
