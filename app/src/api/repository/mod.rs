//! What the pages of a repository show.

pub mod compare;
pub mod files;
pub mod image;
pub mod overview;
pub mod owner;
pub mod tags;

#[cfg(feature = "ssr")]
use self::{
    compare::{ComparePage, CompareQuery},
    files::{FilesPage, FilesQuery},
    image::ImagePage,
    overview::Overview,
    tags::{TagsPage, TagsQuery},
};
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

    /// The files of the image that a tag or digest stands for.
    async fn files(
        &self,
        name: &str,
        reference: &str,
        query: &FilesQuery,
    ) -> Result<FilesPage, PageError>;

    /// Two images side by side.
    async fn compare(&self, name: &str, query: &CompareQuery) -> Result<ComparePage, PageError>;
}
