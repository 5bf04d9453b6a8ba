//! The atproto data model: values, their two forms, content identifiers and blobs.

mod blob_ref;
mod cid;
pub mod dag_cbor;
mod ipld;
pub mod record_limits;

pub use blob_ref::{BLOB_TYPE, RecordBlob};
pub use cid::{Cid, CidError, Codec};
pub use ipld::{DataModelError, Ipld, MAX_DEPTH};
