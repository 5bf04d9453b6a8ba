//! The search page, from the catalogue.

use app::api::error::PageError;
use app::api::person::RepositoryCard;
use app::api::search::{SearchPage, SearchQuery, SearchSource};

use super::sources::CatalogPages;
use super::views;
use crate::catalog::{ArtifactKind, FoundRepository, Search, SearchOrder};

#[async_trait::async_trait]
impl SearchSource for CatalogPages {
    async fn search(&self, query: &SearchQuery) -> Result<SearchPage, PageError> {
        let search = Search {
            text: query.text.clone(),
            os: given(&query.os),
            architecture: given(&query.architecture),
            kind: ArtifactKind::parse(&query.kind),
            signed: query.signed,
            readme: query.readme,
            starred: query.starred,
            order: match query.sort.as_str() {
                "stars" => SearchOrder::Stars,
                _ => SearchOrder::Pushed,
            },
            after: query.after.clone(),
        };
        let page = self.catalog.search(&self.reader, &search).await;
        let page = page.map_err(views::page_error)?;
        let now = self.catalog.now_millis();
        Ok(SearchPage {
            repositories: page
                .found
                .into_iter()
                .map(|found| card(found, now))
                .collect(),
            next: page.next,
        })
    }
}

fn given(text: &str) -> Option<String> {
    let text: String = text.trim().chars().take(40).collect();
    Some(text.to_lowercase()).filter(|text| !text.is_empty())
}

/// What was found, as a card.
pub(super) fn card(found: FoundRepository, now: i64) -> RepositoryCard {
    // What is no image is worth saying.
    let kind = found
        .kinds
        .iter()
        .find(|kind| !matches!(kind, ArtifactKind::Image | ArtifactKind::Index))
        .or(found.kinds.first());
    RepositoryCard {
        name: format!("{}/{}", found.owner, found.path),
        path: found.path,
        summary: found.summary,
        pushed_at: views::moment(found.pushed_at, now),
        tag_count: found.tag_count,
        size: Some(found.size).filter(|size| *size > 0),
        kind: kind.map(|kind| kind.as_str().to_owned()),
        platforms: found.platforms,
        pulls: None,
        is_signed: found.is_signed,
        stars: found.stars,
    }
}
