//! `io.atcr.hold.uploadPart`: the bytes of a part. Called with HTTP PUT; the input is the bytes themselves.

use atproto::syntax::Did;
use serde::{Deserialize, Serialize};

/// Which part, in the query of the URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameters {
    /// From `initiateUpload`.
    pub upload_id: String,
    /// Its place, from 1.
    pub part_number: u32,
    /// Ours: whose upload it is, in URLs from `getPartUploadUrl`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploader: Option<Did>,
    /// Ours: how long such a URL is good for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<i64>,
    /// Ours: what takes the place of a service token in such a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

/// What was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Names these bytes in `completeUpload`; without the quotes of the header `ETag`, which says the same.
    pub etag: String,
    /// How many bytes there were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}
