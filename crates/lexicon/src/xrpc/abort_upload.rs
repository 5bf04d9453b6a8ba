//! `io.atcr.hold.abortUpload`: ends an upload and frees its space.

use serde::{Deserialize, Serialize};

/// Which upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    /// From `initiateUpload`.
    pub upload_id: String,
}

/// That it is gone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Has one value.
    pub status: Status,
}

/// The one status of an answer without an error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// The upload is gone.
    #[default]
    Aborted,
}
