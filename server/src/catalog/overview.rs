//! The first page of a repository: how to pull it, what its owner says of it, where it lies.

use std::collections::BTreeMap;

use oci::{Reference, RepositoryName};

use super::tag_order::TagPlace;
use super::tags::attached_to;
use super::{Catalog, CatalogError, Owner, Reader, RepositoryPage, TagEntry};
use crate::db::TagRow;

/// Tags looked at to choose one.
const MAX_TAGS: i64 = 20_000;
/// Tags shown beside the description.
const RECENT: usize = 5;

/// A repository at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// Whose it is.
    pub owner: Owner,
    /// The name below theirs.
    pub path: String,
    /// The tag to pull: `latest`, else the newest version.
    pub tag: Option<TagEntry>,
    /// The tags that moved last.
    pub recent: Vec<TagEntry>,
    /// How many tags there are.
    pub tag_count: usize,
    /// What the owner says.
    pub page: Option<RepositoryPage>,
    /// Annotations of the tag to pull.
    pub annotations: BTreeMap<String, String>,
    /// The hold that has its blobs.
    pub hold_did: Option<String>,
    /// The record of the tag to pull.
    pub tag_record_uri: Option<String>,
    /// The record of its manifest.
    pub manifest_record_uri: Option<String>,
    /// Bytes of distinct blobs, as far as manifests were looked at.
    pub size: Option<u64>,
    /// Pulls counted at the hold here.
    pub pulls: u64,
    /// The owner's PDS could not be asked for changes.
    pub is_stale: bool,
}

impl Catalog {
    /// A repository at a glance.
    pub async fn overview(
        &self,
        reader: &Reader,
        name: &RepositoryName,
    ) -> Result<Overview, CatalogError> {
        let access = self.open(reader, name).await?;
        let is_fresh = self.require_repository(&access).await?;
        let (did, path) = (&access.repository.owner, access.repository.path());
        let owner = self.find_owner(name.owner()).await?;
        let mut rows = self
            .inner
            .database
            .list_tag_rows(did, path, MAX_TAGS)
            .await?;
        rows.retain(|row| attached_to(row.tag.as_str()).is_none());
        let main = rows
            .iter()
            .min_by_key(|row| TagPlace::of(row.tag.as_str()))
            .cloned();
        let tag_count = rows.len();
        rows.sort_by(|one, other| (other.updated_at, &one.tag).cmp(&(one.updated_at, &other.tag)));
        rows.truncate(RECENT);

        let digests = rows.iter().chain(&main).map(|row| row.digest.clone());
        self.facts_of_all(&access, digests.collect()).await;
        let mut recent = Vec::new();
        for row in &rows {
            recent.push(self.tag_entry(&access, row).await?);
        }
        let (tag, manifest) = match &main {
            Some(row) => (
                Some(self.tag_entry(&access, row).await?),
                self.inner
                    .database
                    .find_manifest(did, path, &row.digest)
                    .await?,
            ),
            None => (None, None),
        };
        let sizes = self.inner.database.list_repository_sizes(did).await?;
        let size = sizes
            .into_iter()
            .find(|(repository, _)| repository == path.as_str());
        let pulls = self.inner.database.find_pull_count(did, path).await?;
        let annotations = match &main {
            Some(row) => self.annotations(&access, row).await,
            None => BTreeMap::new(),
        };
        Ok(Overview {
            page: self.repository_page(&owner, path).await?,
            path: path.to_string(),
            tag,
            recent,
            tag_count,
            annotations,
            hold_did: manifest.as_ref().and_then(|row| row.hold_did.clone()),
            tag_record_uri: main.map(|row| record_uri(&owner, lexicon::nsid::TAG, &row.record_key)),
            manifest_record_uri: manifest
                .map(|row| record_uri(&owner, lexicon::nsid::MANIFEST, &row.record_key)),
            size: size.and_then(|(_, size)| size.try_into().ok()),
            pulls: pulls.try_into().unwrap_or(0),
            is_stale: !is_fresh,
            owner,
        })
    }

    /// What a tag's manifest and, where it is an image, its labels say about it. Annotations win.
    async fn annotations(
        &self,
        access: &crate::registry::permissions::PullAccess,
        row: &TagRow,
    ) -> BTreeMap<String, String> {
        let reference = Reference::Digest(row.digest.clone());
        let found = self.find_manifest(access, &reference).await;
        let Some(manifest) = found
            .ok()
            .and_then(|found| oci::Manifest::parse(&found.content, Some(&found.media_type)).ok())
        else {
            return BTreeMap::new();
        };
        let mut annotations = match self.read_config(access, &manifest).await {
            Ok(Some(config)) => config.labels,
            Ok(None) | Err(_) => BTreeMap::new(),
        };
        annotations.retain(|name, _| name.starts_with("org.opencontainers.image."));
        annotations.extend(manifest.annotations().clone());
        annotations
    }
}

/// `at://<did>/<collection>/<key>`.
pub(super) fn record_uri(owner: &Owner, collection: &str, key: &str) -> String {
    format!("at://{}/{collection}/{key}", owner.did)
}
