//! One manifest with everything that it names: layers and how they were made, platforms, what speaks about it.

use std::collections::{BTreeMap, BTreeSet};

use oci::{Descriptor, Digest, Manifest, ManifestKind, Reference, RepositoryName};

use super::facts::{attested_digest, parse_time, platform_of};
use super::files::is_archive;
use super::image_config::{HistoryEntry, ImageConfig};
use super::overview::record_uri;
use super::tags::attaching_tags;
use super::{ArtifactKind, Catalog, CatalogError, Owner, Reader};
use crate::registry::permissions::PullAccess;

/// Tags named for one layer.
const MAX_TAGS: usize = 20;
/// Tags that lead to one manifest and are looked at.
const MAX_OWN_TAGS: i64 = 1000;
/// Referrers listed.
const MAX_REFERRERS: u64 = 100;

/// A manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Whose it is.
    pub owner: Owner,
    /// The repository below their name.
    pub path: String,
    /// The tag it was asked for by.
    pub tag: Option<String>,
    /// Its digest.
    pub digest: Digest,
    /// Its media type.
    pub media_type: String,
    /// The artifact type, where it says one.
    pub artifact_type: Option<String>,
    /// What it is.
    pub kind: ArtifactKind,
    /// Its exact bytes.
    pub content: bytes::Bytes,
    /// What it says of itself.
    pub annotations: BTreeMap<String, String>,
    /// What it speaks about.
    pub subject: Option<Digest>,
    /// Tags that point to it.
    pub tags: Vec<String>,
    /// Where its record lies.
    pub record_uri: Option<String>,
    /// The hold that has its blobs.
    pub hold_did: Option<String>,
    /// What it names.
    pub body: ImageBody,
    /// What speaks about it.
    pub referrers: Vec<Referrer>,
    /// The owner's PDS could not be asked whether the tag still points here.
    pub is_stale: bool,
}

/// What a manifest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageBody {
    /// A container image.
    Image(Box<ImageDetails>),
    /// An index.
    Index(Vec<IndexEntry>),
    /// Anything else.
    Artifact(ArtifactDetails),
}

/// A container image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageDetails {
    /// Its config; `None` where it cannot be read.
    pub config: Option<ImageConfig>,
    /// When it says that it was built, unix milliseconds.
    pub built_at: Option<i64>,
    /// Bytes of config and layers, each blob once.
    pub size: u64,
    /// Bytes of the layers when decompressed, where they were looked into.
    pub unpacked: Option<u64>,
    /// Its layers, lowest first.
    pub layers: Vec<ImageLayer>,
    /// How it was built, first step first; steps with a layer name its place.
    pub steps: Vec<Step>,
}

/// A layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageLayer {
    /// Its digest.
    pub digest: Digest,
    /// Its media type.
    pub media_type: String,
    /// Bytes, compressed.
    pub size: u64,
    /// What made it.
    pub command: Option<String>,
    /// Other tags of the repository that have it.
    pub shared_with: Vec<String>,
    /// It is an archive whose files can be listed.
    pub has_files: bool,
}

/// A step of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What was run.
    pub command: String,
    /// When, unix milliseconds.
    pub at: Option<i64>,
    /// The layer it made, counted from 0.
    pub layer: Option<usize>,
}

/// A manifest in an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// Its digest.
    pub digest: Digest,
    /// Its media type.
    pub media_type: String,
    /// What it runs on.
    pub platform: Option<String>,
    /// Bytes of its blobs, where it was looked at.
    pub size: Option<u64>,
    /// Bytes of its layers when decompressed, where they were looked into.
    pub unpacked: Option<u64>,
    /// Statements about it that lie in the same index.
    pub attestations: Vec<Digest>,
}

/// An artifact that is no container image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactDetails {
    /// Its config as JSON, where it is that and of a sane size.
    pub config: Option<serde_json::Value>,
    /// The media type of its config.
    pub config_media_type: Option<String>,
    /// Its blobs.
    pub blobs: Vec<ArtifactBlob>,
}

/// A blob of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactBlob {
    /// The name of the file, where it says one.
    pub title: Option<String>,
    /// Its media type.
    pub media_type: String,
    /// Its digest.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
}

/// A manifest that speaks about another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrer {
    /// Its digest.
    pub digest: Digest,
    /// What it is.
    pub kind: ArtifactKind,
    /// Its artifact type, or the tag that attaches it.
    pub label: String,
    /// Bytes of the manifest.
    pub size: u64,
    /// What it says of itself.
    pub annotations: BTreeMap<String, String>,
}

impl Catalog {
    /// A manifest by tag or digest, with everything that a page about it shows.
    pub async fn image(
        &self,
        reader: &Reader,
        name: &RepositoryName,
        reference: &Reference,
    ) -> Result<Image, CatalogError> {
        let access = self.open(reader, name).await?;
        let found = self.find_manifest(&access, reference).await?;
        let manifest = Manifest::parse(&found.content, Some(&found.media_type)).map_err(|_| {
            CatalogError::ManifestUnknown {
                reference: reference.to_string(),
            }
        })?;
        // Also keeps what other pages show of it.
        self.facts(&access, &found.digest).await?;
        let (did, path) = (&access.repository.owner, access.repository.path());
        let database = &self.inner.database;
        let row = database.find_manifest(did, path, &found.digest).await?;
        let tags = database
            .list_tags_of_manifest(did, path, &found.digest)
            .await?;
        let owner = self.find_owner(name.owner()).await?;
        let record = row
            .as_ref()
            .map(|row| record_uri(&owner, lexicon::nsid::MANIFEST, &row.record_key));
        Ok(Image {
            path: path.to_string(),
            tag: reference.tag().map(ToString::to_string),
            media_type: found.media_type,
            artifact_type: manifest
                .artifact_type()
                .filter(|_| ArtifactKind::of(&manifest) != ArtifactKind::Image)
                .map(str::to_owned),
            kind: ArtifactKind::of(&manifest),
            content: found.content,
            annotations: manifest.annotations().clone(),
            subject: manifest.subject().map(|subject| subject.digest.clone()),
            tags: tags.into_iter().map(|row| row.tag.to_string()).collect(),
            record_uri: record,
            hold_did: row.and_then(|row| row.hold_did),
            body: self.body(&access, &found.digest, &manifest).await?,
            referrers: self.referrers(&access, &found.digest).await?,
            is_stale: found.is_stale,
            digest: found.digest,
            owner,
        })
    }

    async fn body(
        &self,
        access: &PullAccess,
        digest: &Digest,
        manifest: &Manifest,
    ) -> Result<ImageBody, CatalogError> {
        let is_image = ArtifactKind::of(manifest) == ArtifactKind::Image;
        Ok(match manifest.kind() {
            ManifestKind::Index(index) => {
                ImageBody::Index(self.index_entries(digest, &index.manifests).await?)
            }
            ManifestKind::Image(image) if is_image => ImageBody::Image(Box::new(
                self.image_details(access, digest, manifest, &image.layers)
                    .await?,
            )),
            ManifestKind::Image(_) | ManifestKind::Other(_) => {
                ImageBody::Artifact(self.artifact_details(access, manifest).await?)
            }
        })
    }

    async fn index_entries(
        &self,
        digest: &Digest,
        children: &[Descriptor],
    ) -> Result<Vec<IndexEntry>, CatalogError> {
        let parts = self.inner.database.list_image_parts(digest).await?;
        let mut entries = Vec::new();
        for child in children
            .iter()
            .filter(|child| attested_digest(child).is_none())
        {
            let part = parts.iter().find(|part| part.part == child.digest);
            let subject = child.digest.to_string();
            entries.push(IndexEntry {
                digest: child.digest.clone(),
                media_type: child.media_type.to_string(),
                platform: platform_of(child)
                    .or_else(|| part.and_then(|part| part.platform.clone())),
                size: part.and_then(|part| part.size.try_into().ok()),
                unpacked: self.unpacked_size(&child.digest).await?,
                attestations: children
                    .iter()
                    .filter(|other| attested_digest(other) == Some(subject.as_str()))
                    .map(|other| other.digest.clone())
                    .collect(),
            });
        }
        Ok(entries)
    }

    async fn image_details(
        &self,
        access: &PullAccess,
        digest: &Digest,
        manifest: &Manifest,
        layers: &[Descriptor],
    ) -> Result<ImageDetails, CatalogError> {
        // A hold that is away takes the config with it; the manifest alone still says much.
        let config = match self.read_config(access, manifest).await {
            Ok(config) => config,
            Err(CatalogError::Database(error)) => return Err(error.into()),
            Err(_) => None,
        };
        let steps = config
            .as_ref()
            .map(|config| steps(&config.history, layers.len()))
            .unwrap_or_default();
        let own_tags = self.tags_leading_to(access, digest).await?;
        // Enough to find some others among its own.
        let limit = i64::try_from(own_tags.len() + MAX_TAGS).unwrap_or(i64::MAX);
        let mut shown = Vec::with_capacity(layers.len());
        for (index, layer) in layers.iter().enumerate() {
            let command = steps
                .iter()
                .find(|step| step.layer == Some(index))
                .map(|step| step.command.clone())
                .filter(|command| !command.is_empty());
            let with_layer = self
                .inner
                .database
                .list_tags_with_part(
                    &access.repository.owner,
                    access.repository.path(),
                    &layer.digest,
                    limit,
                )
                .await?;
            shown.push(ImageLayer {
                digest: layer.digest.clone(),
                media_type: layer.media_type.to_string(),
                size: layer.size,
                command,
                shared_with: with_layer
                    .into_iter()
                    .filter(|tag| !own_tags.contains(tag))
                    .take(MAX_TAGS)
                    .collect(),
                has_files: is_archive(layer),
            });
        }
        let unique: BTreeMap<&Digest, u64> = manifest
            .all_blobs()
            .into_iter()
            .map(|blob| (&blob.digest, blob.size))
            .collect();
        Ok(ImageDetails {
            built_at: config
                .as_ref()
                .and_then(|config| config.created.as_deref())
                .and_then(parse_time),
            config,
            size: unique
                .values()
                .fold(0, |sum, size| sum.saturating_add(*size)),
            unpacked: self.unpacked_size(digest).await?,
            layers: shown,
            steps,
        })
    }

    /// Tags that lead to a manifest, by themselves or by an index.
    async fn tags_leading_to(
        &self,
        access: &PullAccess,
        manifest: &Digest,
    ) -> Result<BTreeSet<String>, CatalogError> {
        let (did, path) = (&access.repository.owner, access.repository.path());
        let database = &self.inner.database;
        let direct = database.list_tags_of_manifest(did, path, manifest).await?;
        let by_index = database
            .list_tags_with_part(did, path, manifest, MAX_OWN_TAGS)
            .await?;
        Ok(direct
            .into_iter()
            .map(|row| row.tag.to_string())
            .chain(by_index)
            .collect())
    }

    async fn artifact_details(
        &self,
        access: &PullAccess,
        manifest: &Manifest,
    ) -> Result<ArtifactDetails, CatalogError> {
        let (config, blobs): (Option<&Descriptor>, Vec<&Descriptor>) = match manifest.kind() {
            ManifestKind::Image(image) => (Some(&image.config), image.layers.iter().collect()),
            ManifestKind::Other(custom) => (
                custom.config.as_ref(),
                custom.layers.iter().chain(&custom.blobs).collect(),
            ),
            ManifestKind::Index(_) => (None, Vec::new()),
        };
        let is_json = config.is_some_and(|config| config.media_type.as_str().ends_with("json"));
        let bytes = match self.read_config_bytes(access, manifest).await {
            Ok(bytes) if is_json => bytes,
            Err(CatalogError::Database(error)) => return Err(error.into()),
            Ok(_) | Err(_) => None,
        };
        Ok(ArtifactDetails {
            config: bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()),
            config_media_type: config.map(|config| config.media_type.to_string()),
            blobs: blobs
                .into_iter()
                .map(|blob| ArtifactBlob {
                    title: blob
                        .annotations
                        .get("org.opencontainers.image.title")
                        .cloned(),
                    media_type: blob.media_type.to_string(),
                    digest: blob.digest.clone(),
                    size: blob.size,
                })
                .collect(),
        })
    }

    /// What speaks about a manifest: by its subject, or by a tag as cosign makes them.
    async fn referrers(
        &self,
        access: &PullAccess,
        digest: &Digest,
    ) -> Result<Vec<Referrer>, CatalogError> {
        let page = self
            .inner
            .registry
            .list_referrers(access, digest, None, Some(MAX_REFERRERS), None)
            .await?;
        let mut referrers: Vec<Referrer> = page
            .manifests
            .into_iter()
            .map(|descriptor| {
                let label = descriptor
                    .artifact_type
                    .unwrap_or_else(|| descriptor.media_type.to_string());
                Referrer {
                    digest: descriptor.digest,
                    kind: ArtifactKind::told_by(&label).unwrap_or(ArtifactKind::Artifact),
                    label,
                    size: descriptor.size,
                    annotations: descriptor.annotations,
                }
            })
            .collect();
        let (did, path) = (&access.repository.owner, access.repository.path());
        for tag in attaching_tags(digest) {
            let Some(row) = self.inner.database.find_tag(did, path, &tag).await? else {
                continue;
            };
            let kind = match row.tag.as_str().rsplit('.').next() {
                Some("sig") => ArtifactKind::Signature,
                Some("att") => ArtifactKind::Attestation,
                Some("sbom") => ArtifactKind::Sbom,
                _ => ArtifactKind::Artifact,
            };
            referrers.push(Referrer {
                digest: row.digest,
                kind,
                label: row.tag.to_string(),
                size: 0,
                annotations: BTreeMap::new(),
            });
        }
        Ok(referrers)
    }
}

/// The steps of a build; those that made a layer name it, in the order of the layers (OCI image-spec `config.md`,
/// "history").
fn steps(history: &[HistoryEntry], layers: usize) -> Vec<Step> {
    let mut next = 0..layers;
    history
        .iter()
        .map(|entry| Step {
            command: entry.command.clone(),
            at: entry.created.as_deref().and_then(parse_time),
            layer: if entry.is_empty { None } else { next.next() },
        })
        .collect()
}
