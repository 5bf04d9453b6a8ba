//! `io.atcr.hold.completeUpload`: makes a blob of the parts, if they have the digest.

use serde::{Deserialize, Serialize};

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    /// From `initiateUpload`.
    pub upload_id: String,
    /// The digest of the whole blob.
    pub digest: String,
    /// Every part, in order.
    pub parts: Vec<PartInfo>,
}

/// A part that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartInfo {
    /// Its place, from 1.
    pub part_number: u32,
    /// What uploading it answered; with or without the quotes of the HTTP header.
    pub etag: String,
}

/// That the blob exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Has one value.
    pub status: Status,
    /// The digest of the blob.
    pub digest: String,
}

/// The one status of an answer without an error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// The blob exists.
    #[default]
    Completed,
}
