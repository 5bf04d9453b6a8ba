//! Finding repositories, and keeping what is searched up to date.

use std::collections::BTreeSet;

use atproto::syntax::Did;
use oci::{Digest, RepositoryPath};

use super::{ArtifactKind, Catalog, CatalogError, Reader, summarize};
use crate::clients::hold::HoldUser;
pub use crate::db::SearchOrder;
use crate::db::{Flag, FoundRow, SearchPlace, SearchQuery, SearchRow};
use crate::registry::permissions::PullAccess;

/// Repositories on one page.
const PAGE: usize = 30;
/// Rows looked at for one page, where the reader may not see most of them.
const MAX_ROWS: usize = 1000;
/// The longest search, in characters.
const MAX_TEXT: usize = 100;
/// Words that are looked for; more are left out.
const MAX_WORDS: usize = 3;
/// Repositories brought up to date in one go.
const BATCH: i64 = 50;

/// What somebody looks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Words that must all be in the handle, the name or the description.
    pub text: String,
    /// Runs on this operating system, such as `linux`.
    pub os: Option<String>,
    /// Runs on this architecture, such as `arm64`; with `os`, on both at once.
    pub architecture: Option<String>,
    /// A kind of artifact; an image also means an index.
    pub kind: Option<ArtifactKind>,
    /// Only with a signature.
    pub signed: bool,
    /// Only with a description.
    pub readme: bool,
    /// Only with a star.
    pub starred: bool,
    /// What comes first.
    pub order: SearchOrder,
    /// Behind this place: the `next` of another page.
    pub after: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchPage {
    /// In the order that was asked for.
    pub found: Vec<FoundRepository>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// A repository that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRepository {
    /// The owner's component of image names.
    pub owner: String,
    /// The name below theirs.
    pub path: String,
    /// One line for people.
    pub summary: Option<String>,
    /// What it runs on.
    pub platforms: Vec<String>,
    /// What it has.
    pub kinds: Vec<ArtifactKind>,
    /// Something in it is signed.
    pub is_signed: bool,
    /// How many tags it has.
    pub tag_count: u64,
    /// Bytes of its distinct blobs.
    pub size: u64,
    /// When a tag last moved, unix milliseconds.
    pub pushed_at: i64,
    /// Stars that are known here.
    pub stars: u64,
}

impl Catalog {
    /// Searches what the reader may see.
    pub async fn search(
        &self,
        reader: &Reader,
        search: &Search,
    ) -> Result<SearchPage, CatalogError> {
        let mut query = query_of(search);
        let (mut found, mut looked_at) = (Vec::new(), 0);
        loop {
            let rows = self
                .inner
                .database
                .search_repositories(&query, BATCH)
                .await?;
            let is_last = rows.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
            for row in rows {
                looked_at += 1;
                let place = SearchPlace::from(&row);
                if found.len() == PAGE {
                    let next = query.after.as_ref().map(place_text);
                    return Ok(SearchPage { found, next });
                }
                query.after = Some(place);
                if let Some(repository) = self.found(reader, row).await? {
                    found.push(repository);
                }
            }
            if is_last || looked_at >= MAX_ROWS {
                return Ok(SearchPage { found, next: None });
            }
        }
    }

    pub(super) async fn found(
        &self,
        reader: &Reader,
        row: FoundRow,
    ) -> Result<Option<FoundRepository>, CatalogError> {
        let stars = row.stars.try_into().unwrap_or(0);
        let row = row.repository;
        let (Ok(did), Ok(path)) = (row.owner_did.parse::<Did>(), row.repository.parse()) else {
            return Ok(None);
        };
        if self.open_by_did(reader, &did, &path).await?.is_none() {
            return Ok(None);
        }
        let Ok(owner) = self.find_owner(did.as_str()).await else {
            return Ok(None);
        };
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        Ok(Some(FoundRepository {
            owner: owner.component(),
            path: row.repository,
            summary: Some(row.summary).filter(|summary| !summary.is_empty()),
            platforms: words(&row.platforms),
            kinds: words(&row.kinds)
                .iter()
                .filter_map(|kind| ArtifactKind::parse(kind))
                .collect(),
            is_signed: row.is_signed.0,
            tag_count: row.tag_count.try_into().unwrap_or(0),
            size: row.size.try_into().unwrap_or(0),
            pushed_at: row.pushed_at,
            stars,
        }))
    }

    /// Brings what is searched up to date, a batch at a time; answers how many repositories that were.
    pub async fn index_repositories(&self) -> Result<usize, CatalogError> {
        let mut transaction = self.inner.database.begin().await?;
        transaction.delete_stale_search_rows().await?;
        transaction.commit().await?;
        let stale = self
            .inner
            .database
            .list_unindexed_repositories(BATCH)
            .await?;
        let count = stale.len();
        for (owner, repository) in stale {
            let (Ok(did), Ok(path)) = (owner.parse::<Did>(), repository.parse::<RepositoryPath>())
            else {
                continue;
            };
            let Some(row) = self.search_row(&did, &path).await? else {
                continue;
            };
            let mut transaction = self.inner.database.begin().await?;
            transaction.upsert_search_row(&row).await?;
            transaction.commit().await?;
        }
        Ok(count)
    }

    /// What a repository is found by. Where its owner's server or its hold does not answer, that is less, until the
    /// next push.
    async fn search_row(
        &self,
        did: &Did,
        path: &RepositoryPath,
    ) -> Result<Option<SearchRow>, CatalogError> {
        // With the rights of the owner, whose repository it is; what others see of it is decided when they search.
        let reader = Reader {
            user: Some(HoldUser {
                did: did.clone(),
                session: None,
            }),
        };
        let database = &self.inner.database;
        let pushes = database.list_pushes(did, Some(path), i64::MAX).await?;
        let Some(newest) = pushes.first() else {
            return Ok(None);
        };
        let (mut said, mut page, mut component) = (None, None, did.to_string());
        if let Ok(owner) = self.find_owner(did.as_str()).await {
            component = owner.component();
            page = self
                .repository_page(&owner, path)
                .await?
                .filter(|page| !page.description.trim().is_empty());
        }
        if let Ok(Some(access)) = self.open_by_did(&reader, did, path).await {
            self.look_at_newest(&access, &pushes).await;
            said = self.described_by_newest(&access, &newest.digest).await;
        }
        let written = page.as_ref().map(|page| page.description.as_str());
        let summary = said
            .or_else(|| written.and_then(summarize))
            .unwrap_or_default();
        let facts = database.list_repository_facts(did, path).await?;
        let joined = |words: BTreeSet<String>| {
            let words: Vec<String> = words.into_iter().collect();
            format!(" {} ", words.join(" "))
        };
        let sizes = database.list_repository_sizes(did).await?;
        Ok(Some(SearchRow {
            owner_did: did.to_string(),
            repository: path.to_string(),
            words: format!("{component}/{path} {summary}").to_lowercase(),
            summary,
            platforms: joined(
                facts
                    .iter()
                    .filter_map(|(_, platform)| platform.clone())
                    .collect(),
            ),
            kinds: joined(facts.into_iter().map(|(kind, _)| kind).collect()),
            is_signed: Flag(database.has_signature(did, path).await?),
            has_readme: Flag(page.is_some()),
            tag_count: i64::try_from(pushes.len()).unwrap_or(i64::MAX),
            size: sizes
                .into_iter()
                .find(|(repository, _)| repository == path.as_str())
                .map_or(0, |(_, size)| size),
            pushed_at: newest.updated_at,
        }))
    }

    /// Looks at what the tags that moved last lead to.
    async fn look_at_newest(&self, access: &PullAccess, pushes: &[crate::db::PushRow]) {
        let digests: BTreeSet<Digest> = pushes
            .iter()
            .take(10)
            .filter_map(|push| push.digest.parse().ok())
            .collect();
        self.facts_of_all(access, digests.into_iter().collect())
            .await;
    }

    /// What the manifest of the newest tag says of itself.
    async fn described_by_newest(&self, access: &PullAccess, digest: &str) -> Option<String> {
        let row = self
            .inner
            .database
            .find_manifest(
                &access.repository.owner,
                access.repository.path(),
                &digest.parse().ok()?,
            )
            .await
            .ok()??;
        let annotations: std::collections::BTreeMap<String, String> =
            serde_json::from_str(&row.annotations).ok()?;
        let said = annotations.get("org.opencontainers.image.description")?;
        let line: Vec<&str> = said.split_whitespace().collect();
        let line: String = line.join(" ").chars().take(200).collect();
        Some(line).filter(|line| !line.is_empty())
    }
}

fn query_of(search: &Search) -> SearchQuery {
    let text: String = search.text.chars().take(MAX_TEXT).collect();
    let words = text
        .to_lowercase()
        .split_whitespace()
        .take(MAX_WORDS)
        .map(contains)
        .collect();
    SearchQuery {
        words,
        platforms: platforms(search.os.as_deref(), search.architecture.as_deref()),
        kind: search
            .kind
            .map(|kind| contains(&format!(" {} ", kind.as_str()))),
        signed: search.signed,
        readme: search.readme,
        starred: search.starred,
        order: search.order,
        after: search.after.as_deref().and_then(parse_place),
    }
}

/// Patterns of which one finds the platforms meant: `os/architecture`, with or without `/variant`, and blanks around.
fn platforms(os: Option<&str>, architecture: Option<&str>) -> Option<[String; 2]> {
    match (os, architecture) {
        (None, None) => None,
        (Some(os), None) => Some([" ", "/"].map(|end| contains(&format!(" {os}{end}")))),
        (os, Some(architecture)) => {
            let os = os.map(|os| format!(" {os}")).unwrap_or_default();
            Some([" ", "/"].map(|end| contains(&format!("{os}/{architecture}{end}"))))
        }
    }
}

/// A pattern of `LIKE` for any text that has `part` in it.
fn contains(part: &str) -> String {
    let mut pattern = String::from("%");
    for character in part.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        // Neither database stores it.
        if character != '\0' {
            pattern.push(character);
        }
    }
    pattern.push('%');
    pattern
}

fn place_text(place: &SearchPlace) -> String {
    let SearchPlace {
        stars,
        pushed_at,
        owner_did,
        repository,
    } = place;
    format!("{stars} {pushed_at} {owner_did} {repository}")
}

fn parse_place(text: &str) -> Option<SearchPlace> {
    let mut parts = text.splitn(4, ' ');
    let place = SearchPlace {
        stars: parts.next()?.parse().ok()?,
        pushed_at: parts.next()?.parse().ok()?,
        owner_did: parts.next()?.to_owned(),
        repository: parts.next()?.to_owned(),
    };
    // Neither database takes it.
    (!text.contains('\0')).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_like_is_taken_literally() {
        assert_eq!(contains("50%_\\"), "%50\\%\\_\\\\%");
        assert_eq!(contains("a\0b"), "%ab%");
    }

    #[test]
    fn a_place_that_is_none_begins_at_the_start() {
        for after in ["", "x", "1 a", "1 a b c", "1 2 a b\0"] {
            assert_eq!(parse_place(after), None, "{after:?}");
        }
        let place = SearchPlace {
            stars: 2,
            pushed_at: 1,
            owner_did: "a".to_owned(),
            repository: "b/c".to_owned(),
        };
        assert_eq!(parse_place(&place_text(&place)), Some(place));
    }

    #[test]
    fn an_architecture_is_meant_whole() {
        let patterns = |os, architecture| platforms(os, architecture).unwrap();
        assert_eq!(patterns(None, Some("arm")), ["%/arm %", "%/arm/%"]);
        assert_eq!(patterns(Some("linux"), None), ["% linux %", "% linux/%"]);
        assert_eq!(
            patterns(Some("linux"), Some("arm64")),
            ["% linux/arm64 %", "% linux/arm64/%"]
        );
    }
}
