//! `io.atcr.hold.getPartUploadUrl`: where to put the bytes of a part.

use std::collections::BTreeMap;

use atproto::syntax::Uri;
use serde::{Deserialize, Serialize};

/// Which part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    /// From `initiateUpload`.
    pub upload_id: String,
    /// Its place, from 1.
    pub part_number: u32,
}

/// Where to, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Where the bytes go.
    pub url: Uri,
    /// The HTTP method.
    #[serde(default = "put")]
    pub method: String,
    /// HTTP headers to send along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<BTreeMap<String, String>>,
}

fn put() -> String {
    "PUT".to_owned()
}
