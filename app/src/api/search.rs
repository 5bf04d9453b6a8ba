//! What the search finds.

use serde::Serialize;

#[cfg(feature = "ssr")]
use super::error::PageError;
use super::person::RepositoryCard;

/// What somebody looks for, as the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// Words.
    pub text: String,
    /// `arm64`, `linux`, or both.
    pub platform: String,
    /// `image`, `helm`, `wasm` or `artifact`.
    pub kind: String,
    /// Only with a signature.
    pub signed: bool,
    /// Only with a description.
    pub readme: bool,
    /// Where the page begins.
    pub after: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchPage {
    /// The one pushed to last first.
    pub repositories: Vec<RepositoryCard>,
    /// `after` of the next page.
    pub next: Option<String>,
}

/// Where the search page gets its answers. The server provides an `Arc<dyn SearchSource>` as context.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait SearchSource: Send + Sync {
    /// Searches.
    async fn search(&self, query: &SearchQuery) -> Result<SearchPage, PageError>;
}
