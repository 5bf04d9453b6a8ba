//! `io.atcr.hold.initiateUpload`: opens an upload in parts.

use serde::{Deserialize, Serialize};

/// What will come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The digest of the blob; a sender that does not know it yet makes up a name that begins with `uploads/temp-`.
    pub digest: String,
    /// Ours: how many bytes will come, so that what cannot fit is refused before it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Ours: the image repository it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
}

/// The upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// Names it in the calls that follow.
    pub upload_id: String,
}
