//! The pages of a repository, from the catalogue.

mod compare;
mod files;
mod image;
mod overview;
pub(super) mod owner;
mod tags;

use app::api::error::PageError;
use app::api::repository::RepositorySource;
use app::api::repository::compare::{ComparePage, CompareQuery};
use app::api::repository::files::{FilesPage, FilesQuery};
use app::api::repository::image::ImagePage;
use app::api::repository::overview::Overview;
use app::api::repository::tags::{TagsPage, TagsQuery};

use super::sources::CatalogPages;

#[async_trait::async_trait]
impl RepositorySource for CatalogPages {
    async fn overview(&self, name: &str) -> Result<Overview, PageError> {
        overview::overview(self, name).await
    }

    async fn tags(&self, name: &str, query: &TagsQuery) -> Result<TagsPage, PageError> {
        tags::tags(self, name, query).await
    }

    async fn image(&self, name: &str, reference: &str) -> Result<ImagePage, PageError> {
        image::image(self, name, reference).await
    }

    async fn files(
        &self,
        name: &str,
        reference: &str,
        query: &FilesQuery,
    ) -> Result<FilesPage, PageError> {
        files::files(self, name, reference, query).await
    }

    async fn compare(&self, name: &str, query: &CompareQuery) -> Result<ComparePage, PageError> {
        compare::compare(self, name, query).await
    }
}
