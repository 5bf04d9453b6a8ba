//! A repository at a glance.

use app::api::error::PageError;
use app::api::repository::overview::{Overview, RecordKind};
use app::routes;
use atproto::syntax::Did;
use oci::RepositoryPath;

use super::tags::tag;
use crate::accounts::oauth::Permission;
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
    let liked = liked(pages, &found.owner.did, name.path()).await;
    let avatar = found.page.as_ref().and_then(|page| page.avatar.clone());
    let avatar = avatar.map(|version| {
        let name = format!("{}/{}", owner.name, found.path);
        routes::repository_avatar(&name, &version)
    });
    let readme = found
        .page
        .as_ref()
        .map(|page| page.description.clone())
        .filter(|text| !text.trim().is_empty());
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
        (RecordKind::Tag, found.tag_record_uri),
        (RecordKind::Manifest, found.manifest_record_uri),
        (
            RecordKind::Description,
            found.page.map(|page| page.record_uri),
        ),
    ];
    Ok(Overview {
        name: format!("{}/{}", owner.name, found.path),
        path: found.path,
        registry_host: pages.registry.host.clone(),
        plain_http: pages.registry.plain_http,
        tag: found.tag.map(|entry| tag(entry, &owner.did, now)),
        recent: found
            .recent
            .into_iter()
            .map(|entry| tag(entry, &owner.did, now))
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
        avatar,
        stars: liked.stars,
        is_starred: liked.is_starred,
        may_star: liked.may_star,
        immutable_tags: liked.immutable_tags,
        hold: found.hold_did,
        records: records
            .into_iter()
            .filter_map(|(kind, uri)| Some((kind, uri?)))
            .collect(),
        is_stale: found.is_stale,
        owner,
    })
}

/// What is known of a repository beside its images.
#[derive(Default)]
struct Liked {
    stars: u64,
    is_starred: bool,
    may_star: bool,
    immutable_tags: Vec<String>,
}

/// Stars and decisions. What cannot be found out leaves the page as it is without.
async fn liked(pages: &CatalogPages, owner: &Did, path: &RepositoryPath) -> Liked {
    let repositories = &pages.owners.repositories;
    let mut liked = Liked {
        stars: repositories.count_stars(owner, path).await.unwrap_or(0),
        immutable_tags: repositories.immutable_tags(owner, path).await,
        ..Liked::default()
    };
    if let Some(user) = &pages.reader.user {
        liked.is_starred = repositories
            .has_star(&user.did, owner, path)
            .await
            .unwrap_or_default();
        let session = user.session.as_deref().unwrap_or_default();
        let granted = pages.owners.oauth.granted_to(session).await;
        liked.may_star = granted.unwrap_or_default().contains(&Permission::Star);
    }
    liked
}
