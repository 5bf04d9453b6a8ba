//! What the page of a person shows.

use serde::Serialize;

#[cfg(feature = "ssr")]
use super::error::PageError;
use super::moment::Moment;

/// Somebody who has repositories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// How image names and addresses call them: the handle, else the DID as image names spell it.
    pub name: String,
    /// The lasting name.
    pub did: String,
    /// The handle, where it is verified both ways.
    pub handle: Option<String>,
    /// The origin of the server that hosts the account.
    pub pds: String,
}

/// Somebody with their repositories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Who.
    pub owner: Owner,
    /// What they call themselves.
    pub display_name: Option<String>,
    /// The address of their picture on this server.
    pub avatar: Option<String>,
    /// The one pushed to last first.
    pub repositories: Vec<RepositoryCard>,
    /// What they like, the last star first.
    pub starred: Vec<RepositoryCard>,
    /// The person's server could not be asked for changes.
    pub is_stale: bool,
}

/// A repository in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryCard {
    /// `<owner>/<path>`, as in image names.
    pub name: String,
    /// The name below the owner's.
    pub path: String,
    /// What the owner says, in a line.
    pub summary: Option<String>,
    /// When a tag last moved.
    pub pushed_at: Moment,
    /// How many tags there are.
    pub tag_count: u64,
    /// Bytes of its distinct blobs, where known.
    pub size: Option<u64>,
    /// `image`, `helm` and so on, where known.
    pub kind: Option<String>,
    /// What it runs on.
    pub platforms: Vec<String>,
    /// How often it was pulled, where that is counted.
    pub pulls: Option<u64>,
    /// It has a signature.
    pub is_signed: bool,
    /// Stars that are known here.
    pub stars: u64,
}

/// Where the page gets a person from. The server provides an `Arc<dyn PersonSource>` as context.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait PersonSource: Send + Sync {
    /// Somebody by handle, DID, or DID as image names spell it.
    async fn person(&self, name: &str) -> Result<Person, PageError>;
}
