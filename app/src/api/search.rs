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
    /// Runs on this operating system, such as `linux`.
    pub os: String,
    /// Runs on this architecture, such as `arm64`.
    pub architecture: String,
    /// `image`, `helm`, `wasm` or `artifact`.
    pub kind: String,
    /// Only with a signature.
    pub signed: bool,
    /// Only with a description.
    pub readme: bool,
    /// Only with a star.
    pub starred: bool,
    /// `stars` for the one with the most stars first; otherwise the one pushed to last comes first.
    pub sort: String,
    /// Where the page begins.
    pub after: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchPage {
    /// In the order that was asked for.
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
