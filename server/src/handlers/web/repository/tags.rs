//! A page of tags.

use app::api::error::PageError;
use app::api::repository::tags::{PlatformImage, Tag, TagsPage, TagsQuery};

use crate::catalog::{self, TagEntry, TagOrder};
use crate::handlers::web::sources::CatalogPages;
use crate::handlers::web::{person, views};

pub(super) async fn tags(
    pages: &CatalogPages,
    name: &str,
    query: &TagsQuery,
) -> Result<TagsPage, PageError> {
    let name = views::repository_name(name)?;
    let asked = catalog::TagsQuery {
        filter: query.filter.clone(),
        order: match query.order.as_str() {
            "newest" => TagOrder::Newest,
            _ => TagOrder::Version,
        },
        after: query.after.clone().filter(|after| !after.is_empty()),
    };
    let page = pages.catalog.tags(&pages.reader, &name, &asked).await;
    let page = page.map_err(views::page_error)?;
    let now = pages.catalog.now_millis();
    let owner = person::owner(&page.owner);
    Ok(TagsPage {
        name: format!("{}/{}", owner.name, name.path()),
        path: name.path().to_string(),
        tags: page
            .tags
            .into_iter()
            .map(|entry| tag(entry, &owner.did, now))
            .collect(),
        total: page.total,
        matching: page.matching,
        skipped: page.skipped,
        next: page.next,
        is_stale: page.is_stale,
        owner,
    })
}

/// A tag as pages show it.
pub(super) fn tag(entry: TagEntry, owner_did: &str, now: i64) -> Tag {
    Tag {
        record: Some(format!(
            "at://{owner_did}/{}/{}",
            lexicon::nsid::TAG,
            entry.record_key
        )),
        tag: entry.tag,
        digest: entry.digest.to_string(),
        pushed_at: views::moment(entry.updated_at, now),
        kind: entry.kind.map(|kind| kind.as_str().to_owned()),
        size: entry.size,
        platforms: entry
            .platforms
            .into_iter()
            .map(|image| PlatformImage {
                platform: image.platform,
                digest: image.digest.to_string(),
                size: image.size,
                unpacked_size: image.unpacked,
            })
            .collect(),
        attached: entry.attached,
    }
}
