//! What the pages of a repository show.

pub mod image;
pub mod overview;
pub mod tags;

#[cfg(feature = "ssr")]
use self::{image::ImagePage, overview::Overview, tags::TagsPage, tags::TagsQuery};
#[cfg(feature = "ssr")]
use super::error::PageError;

/// Where the pages of a repository get what they show. The server provides an
/// `Arc<dyn RepositorySource>` as context. Names are `<owner>/<path>`; the owner may be a raw DID.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait RepositorySource: Send + Sync {
    /// The repository at a glance.
    async fn overview(&self, name: &str) -> Result<Overview, PageError>;

    /// A page of its tags.
    async fn tags(&self, name: &str, query: &TagsQuery) -> Result<TagsPage, PageError>;

    /// The manifest that a tag or digest stands for.
    async fn image(&self, name: &str, reference: &str) -> Result<ImagePage, PageError>;
}
