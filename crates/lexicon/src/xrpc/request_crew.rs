//! `io.atcr.hold.requestCrew`: joins the crew, where everybody may.

use atproto::syntax::{AtUri, CidText};
use serde::{Deserialize, Serialize};

/// What the newcomer asks for. Everything may be absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Input {
    /// A word for people.
    pub role: String,
    /// Such as `blob:write`.
    pub permissions: Vec<String>,
}

impl Default for Input {
    fn default() -> Self {
        Self {
            role: "member".to_owned(),
            permissions: vec!["blob:read".to_owned(), "blob:write".to_owned()],
        }
    }
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// [`CREATED`], [`ALREADY_MEMBER`] or what a later version knows.
    pub status: String,
    /// The crew record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<AtUri>,
    /// The CID of the crew record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cid: Option<CidText>,
    /// A word for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Whoever asked is a member now.
pub const CREATED: &str = "created";
/// Whoever asked was a member before.
pub const ALREADY_MEMBER: &str = "already_member";
