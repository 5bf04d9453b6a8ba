//! A repository's tags, in pages: sorted as people count, with what each leads to.

use std::collections::HashMap;

use oci::{Digest, Reference, RepositoryName, Tag};

use super::tag_order::TagPlace;
use super::{ArtifactKind, Catalog, CatalogError, Owner, Reader, TagOrder};
use crate::db::TagRow;
use crate::registry::permissions::PullAccess;

/// Tags looked at in one repository: as many as a whole listing of a PDS takes up.
const MAX_TAGS: i64 = 20_000;
/// Tags on one page.
const PAGE: usize = 50;
/// The longest filter that is looked at; no tag is longer.
const MAX_FILTER: usize = 128;

/// Which tags are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagsQuery {
    /// Only those with this in them, whatever the case.
    pub filter: String,
    /// In which order.
    pub order: TagOrder,
    /// Those behind this place: the `next` of another page.
    pub after: Option<String>,
}

/// A page of tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagsPage {
    /// Whose repository.
    pub owner: Owner,
    /// The tags.
    pub tags: Vec<TagEntry>,
    /// How many the repository has.
    pub total: usize,
    /// How many of them the filter lets through.
    pub matching: usize,
    /// How many stand before this page.
    pub skipped: usize,
    /// Where the next page begins.
    pub next: Option<String>,
    /// The owner's PDS could not be asked for changes.
    pub is_stale: bool,
}

/// A tag and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagEntry {
    /// The tag.
    pub tag: String,
    /// The manifest.
    pub digest: Digest,
    /// When the tag last moved, unix milliseconds.
    pub updated_at: i64,
    /// What the manifest is, where that is known.
    pub kind: Option<ArtifactKind>,
    /// Bytes of its blobs.
    pub size: Option<u64>,
    /// The images for each platform: one for an image, none for what runs nowhere.
    pub platforms: Vec<PlatformEntry>,
    /// The key of its record.
    pub record_key: String,
    /// Signatures and statements that lie beside it under tags of their own.
    pub attached: usize,
}

/// An image for one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformEntry {
    /// `linux/arm64/v8`, or nothing where it does not say.
    pub platform: Option<String>,
    /// Its manifest.
    pub digest: Digest,
    /// Bytes of its blobs.
    pub size: u64,
    /// Bytes of its layers when decompressed, where they were looked into.
    pub unpacked: Option<u64>,
}

/// What may stand behind the digest in a tag that attaches something to it.
const ATTACHED_ENDINGS: [&str; 5] = ["", "sig", "att", "sbom", "cosign.bundle"];

/// The tags that may attach something to a digest.
pub(super) fn attaching_tags(digest: &Digest) -> impl Iterator<Item = Tag> {
    let start = format!("{}-{}", digest.algorithm().as_str(), digest.hex());
    ATTACHED_ENDINGS.into_iter().filter_map(move |ending| {
        let dot = if ending.is_empty() { "" } else { "." };
        format!("{start}{dot}{ending}").parse().ok()
    })
}

/// The digest that a tag such as `sha256-<hex>.sig` is attached to (cosign's scheme for registries without the
/// referrers API).
pub(crate) fn attached_to(tag: &str) -> Option<String> {
    let (algorithm, rest) = tag.split_once('-')?;
    let (hex, ending) = rest.split_once('.').unwrap_or((rest, ""));
    let is_known = ATTACHED_ENDINGS.contains(&ending);
    let digest: Digest = format!("{algorithm}:{hex}").parse().ok()?;
    is_known.then(|| digest.to_string())
}

impl Catalog {
    /// A page of a repository's tags.
    pub async fn tags(
        &self,
        reader: &Reader,
        name: &RepositoryName,
        query: &TagsQuery,
    ) -> Result<TagsPage, CatalogError> {
        let access = self.open(reader, name).await?;
        let is_fresh = self.require_repository(&access).await?;
        let rows = self
            .inner
            .database
            .list_tag_rows(&access.repository.owner, access.repository.path(), MAX_TAGS)
            .await?;
        let mut attached: HashMap<String, usize> = HashMap::new();
        let rows: Vec<TagRow> = rows
            .into_iter()
            .filter(|row| match attached_to(row.tag.as_str()) {
                Some(subject) => {
                    *attached.entry(subject).or_default() += 1;
                    false
                }
                None => true,
            })
            .collect();
        let total = rows.len();
        let (page, matching, skipped) = select(rows, query);
        let next = (skipped + page.len() < matching)
            .then(|| page.last().map(|row| place(row, query.order)))
            .flatten();
        let digests = page.iter().map(|row| row.digest.clone()).collect();
        self.facts_of_all(&access, digests).await;
        let mut tags = Vec::with_capacity(page.len());
        for row in page {
            let mut entry = self.tag_entry(&access, &row).await?;
            entry.attached = attached.get(&row.digest.to_string()).copied().unwrap_or(0);
            tags.push(entry);
        }
        Ok(TagsPage {
            owner: self.find_owner(name.owner()).await?,
            tags,
            total,
            matching,
            skipped,
            next,
            is_stale: !is_fresh,
        })
    }

    /// What a tag leads to, as far as it was looked at.
    pub(super) async fn tag_entry(
        &self,
        access: &PullAccess,
        row: &TagRow,
    ) -> Result<TagEntry, CatalogError> {
        let mut facts = self.inner.database.find_image_facts(&row.digest).await?;
        // A repository may have images in several holds, not all of which this reader may read.
        let reference = Reference::Digest(row.digest.clone());
        if facts.is_some() && self.find_manifest(access, &reference).await.is_err() {
            facts = None;
        }
        let kind = facts
            .as_ref()
            .and_then(|facts| ArtifactKind::parse(&facts.kind));
        let mut platforms = Vec::new();
        match (&facts, kind) {
            (Some(_), Some(ArtifactKind::Index)) => {
                let parts = self.inner.database.list_image_parts(&row.digest).await?;
                for part in parts.into_iter().filter(|part| part.role == "child") {
                    platforms.push(PlatformEntry {
                        platform: part.platform,
                        unpacked: self.unpacked_size(&part.part).await?,
                        digest: part.part,
                        size: part.size.try_into().unwrap_or(0),
                    });
                }
            }
            (Some(facts), Some(ArtifactKind::Image)) => platforms.push(PlatformEntry {
                platform: facts.platform.clone(),
                digest: row.digest.clone(),
                size: facts.size.try_into().unwrap_or(0),
                unpacked: self.unpacked_size(&row.digest).await?,
            }),
            _ => {}
        }
        Ok(TagEntry {
            tag: row.tag.to_string(),
            digest: row.digest.clone(),
            updated_at: row.updated_at,
            kind,
            size: facts.and_then(|facts| facts.size.try_into().ok()),
            platforms,
            record_key: row.record_key.clone(),
            attached: 0,
        })
    }

    /// Bytes of an image's layers when decompressed, where they were looked into.
    pub(super) async fn unpacked_size(
        &self,
        manifest: &Digest,
    ) -> Result<Option<u64>, CatalogError> {
        let size = self.inner.database.find_unpacked_size(manifest).await?;
        Ok(size.and_then(|size| size.try_into().ok()))
    }
}

/// The rows of a page, how many match in all, and how many of those stand before the page.
fn select(mut rows: Vec<TagRow>, query: &TagsQuery) -> (Vec<TagRow>, usize, usize) {
    let filter = query.filter.trim().to_lowercase();
    if !filter.is_empty() {
        rows.retain(|row| {
            filter.len() <= MAX_FILTER && row.tag.as_str().to_lowercase().contains(&filter)
        });
    }
    let newest_first = |row: &TagRow| (std::cmp::Reverse(row.updated_at), row.tag.to_string());
    match query.order {
        TagOrder::Version => {
            rows.sort_by_cached_key(|row| TagPlace::of(row.tag.as_str()));
        }
        TagOrder::Newest => rows.sort_by_cached_key(newest_first),
    }
    let matching = rows.len();
    let skipped = query.after.as_deref().map_or(0, |after| match query.order {
        TagOrder::Version => {
            let after = TagPlace::of(after);
            rows.partition_point(|row| TagPlace::of(row.tag.as_str()) <= after)
        }
        TagOrder::Newest => {
            let (time, tag) = after.split_once('.').unwrap_or((after, ""));
            let place = (
                std::cmp::Reverse(time.parse().unwrap_or(i64::MAX)),
                tag.to_owned(),
            );
            rows.partition_point(|row| newest_first(row) <= place)
        }
    });
    let page = rows.into_iter().skip(skipped).take(PAGE).collect();
    (page, matching, skipped)
}

/// How a later page names the place behind a tag.
fn place(row: &TagRow, order: TagOrder) -> String {
    match order {
        TagOrder::Version => row.tag.to_string(),
        TagOrder::Newest => format!("{}.{}", row.updated_at, row.tag),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(tags: impl Iterator<Item = String>) -> Vec<TagRow> {
        tags.enumerate()
            .map(|(index, tag)| TagRow {
                tag: tag.parse().unwrap(),
                digest: Digest::sha256_of(tag.as_bytes()),
                record_key: tag,
                updated_at: i64::try_from(index / 3).unwrap(),
                confirmed_at: 0,
            })
            .collect()
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_overlap_in_both_orders() {
        for order in [TagOrder::Version, TagOrder::Newest] {
            let all = || rows((0..183).map(|number| format!("1.{number}")));
            let (mut query, mut seen) = (
                TagsQuery {
                    order,
                    ..TagsQuery::default()
                },
                Vec::new(),
            );
            loop {
                let (page, matching, skipped) = select(all(), &query);
                assert_eq!((matching, skipped), (183, seen.len()));
                seen.extend(page.iter().map(|row| row.tag.to_string()));
                match page.last() {
                    Some(last) if seen.len() < matching => query.after = Some(place(last, order)),
                    _ => break,
                }
            }
            let mut unique = seen.clone();
            unique.sort_unstable();
            unique.dedup();
            assert_eq!((seen.len(), unique.len()), (183, 183), "{order:?}");
        }
    }

    #[test]
    fn a_place_that_is_no_place_shows_some_page_and_never_fails() {
        for after in ["", "zzz", "9999999999999999999999.x", ".", "\u{202e}"] {
            for order in [TagOrder::Version, TagOrder::Newest] {
                let query = TagsQuery {
                    order,
                    after: Some(after.to_owned()),
                    ..TagsQuery::default()
                };
                select(rows(["a".to_owned(), "1.0".to_owned()].into_iter()), &query);
            }
        }
    }

    #[test]
    fn the_filter_finds_parts_of_tags_whatever_their_case() {
        let query = TagsQuery {
            filter: " ALPINE ".to_owned(),
            ..TagsQuery::default()
        };
        let all = rows(
            ["1.0-alpine", "1.0", "Alpine"]
                .into_iter()
                .map(str::to_owned),
        );
        let (page, matching, _) = select(all, &query);
        assert_eq!((page.len(), matching), (2, 2));
    }

    #[test]
    fn tags_of_cosign_name_what_they_are_attached_to() {
        let digest = Digest::sha256_of(b"image");
        for (tag, is_attached) in [
            (format!("sha256-{}.sig", digest.hex()), true),
            (format!("sha256-{}", digest.hex()), true),
            (format!("sha256-{}.other", digest.hex()), false),
            ("sha256-abc.sig".to_owned(), false),
            ("v1".to_owned(), false),
        ] {
            assert_eq!(
                attached_to(&tag),
                is_attached.then(|| digest.to_string()),
                "{tag}"
            );
        }
    }
}
