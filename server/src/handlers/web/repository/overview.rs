//! A repository at a glance.

use app::api::error::PageError;
use app::api::repository::overview::Overview;

use super::tags::tag;
use crate::catalog::summarize;
use crate::handlers::web::sources::CatalogPages;
use crate::handlers::web::{markdown, person, views};

/// Annotations that the page shows in places of their own.
const LICENCE: &str = "org.opencontainers.image.licenses";
const SOURCE: &str = "org.opencontainers.image.source";
const DESCRIPTION: &str = "org.opencontainers.image.description";

pub(super) async fn overview(pages: &CatalogPages, name: &str) -> Result<Overview, PageError> {
    let name = views::repository_name(name)?;
    let found = pages.catalog.overview(&pages.reader, &name).await;
    let mut found = found.map_err(views::page_error)?;
    let now = pages.catalog.now_millis();
    let owner = person::owner(&found.owner);
    let readme = found.page.as_ref().map(|page| page.description.clone());
    let licence = found.annotations.remove(LICENCE);
    let source = found
        .annotations
        .get(SOURCE)
        .filter(|source| source.starts_with("https://") || source.starts_with("http://"))
        .cloned();
    if source.is_some() {
        found.annotations.remove(SOURCE);
    }
    let said = found.annotations.get(DESCRIPTION).cloned();
    let records = [
        ("Tag", found.tag_record_uri),
        ("Manifest", found.manifest_record_uri),
        ("Description", found.page.map(|page| page.record_uri)),
    ];
    Ok(Overview {
        name: format!("{}/{}", owner.name, found.path),
        path: found.path,
        owner,
        registry_host: pages.registry.host.clone(),
        plain_http: pages.registry.plain_http,
        tag: found.tag.map(|entry| tag(entry, now)),
        recent: found
            .recent
            .into_iter()
            .map(|entry| tag(entry, now))
            .collect(),
        tag_count: found.tag_count,
        readme_html: readme.as_deref().map(markdown::to_safe_html),
        summary: said.or_else(|| readme.as_deref().and_then(summarize)),
        readme,
        licence,
        source,
        annotations: found.annotations.into_iter().collect(),
        size: found.size,
        pulls: found.pulls,
        hold: found.hold_did,
        records: records
            .into_iter()
            .filter_map(|(what, uri)| Some((what.to_owned(), uri?)))
            .collect(),
        is_stale: found.is_stale,
    })
}
