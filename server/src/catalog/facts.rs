//! What a list shows of a manifest: kind, platform, size. Worked out once for each digest and kept.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt as _;
use oci::{Descriptor, Digest, Manifest, ManifestKind, Reference};

use super::image_config::{ImageConfig, platform_text};
use super::{ArtifactKind, Catalog, CatalogError};
use crate::db::{ImageFactsRow, ImagePartRow};
use crate::registry::permissions::PullAccess;

/// A config larger than this is not read: those of real images have some ten kilobytes.
const MAX_CONFIG_BYTES: u64 = 4 * 1024 * 1024;
/// An index with more children has the first of them looked at.
const MAX_CHILDREN: usize = 64;
/// A list waits this long for what it does not know yet.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a list shows of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFacts {
    /// What it is.
    pub kind: ArtifactKind,
    /// What it runs on.
    pub platform: Option<String>,
    /// Bytes of its blobs, each once; for an index of everything that it lists.
    pub size: u64,
    /// How many layers it has.
    pub layer_count: u64,
    /// When it says that it was built, unix milliseconds.
    pub built_at: Option<i64>,
}

impl ImageFacts {
    fn from_row(row: &ImageFactsRow) -> Self {
        Self {
            kind: ArtifactKind::parse(&row.kind).unwrap_or(ArtifactKind::Artifact),
            platform: row.platform.clone(),
            size: row.size.try_into().unwrap_or(0),
            layer_count: row.layer_count.try_into().unwrap_or(0),
            built_at: row.built_at,
        }
    }
}

/// The platform of a child, as its index gives it.
pub(super) fn platform_of(descriptor: &Descriptor) -> Option<String> {
    let platform = descriptor.platform.as_ref()?;
    platform_text(
        &platform.os,
        &platform.architecture,
        platform.variant.as_deref(),
    )
}

/// What a child of an index says something about, where it is a statement by `BuildKit` and no image.
pub(super) fn attested_digest(descriptor: &Descriptor) -> Option<&str> {
    let annotations = &descriptor.annotations;
    (annotations
        .get("vnd.docker.reference.type")
        .map(String::as_str)
        == Some("attestation-manifest"))
    .then(|| {
        annotations
            .get("vnd.docker.reference.digest")
            .map_or("", String::as_str)
    })
}

/// Time in unix milliseconds of an RFC 3339 text; nothing for the zero that reproducible builds write.
pub(super) fn parse_time(text: &str) -> Option<i64> {
    let time = chrono::DateTime::parse_from_rfc3339(text).ok()?;
    Some(time.timestamp_millis()).filter(|millis| *millis > 0)
}

impl Catalog {
    /// What a manifest is; `None` where that cannot be found out now.
    pub(super) async fn facts(
        &self,
        access: &PullAccess,
        digest: &Digest,
    ) -> Result<Option<ImageFacts>, CatalogError> {
        if let Some(row) = self.inner.database.find_image_facts(digest).await? {
            // A repository may have images in several holds, not all of which this reader may read.
            let reference = Reference::Digest(digest.clone());
            let readable = self.find_manifest(access, &reference).await;
            return Ok(readable.is_ok().then(|| ImageFacts::from_row(&row)));
        }
        match tokio::time::timeout(PATIENCE, Box::pin(self.look_at(access, digest, true))).await {
            Ok(Ok(facts)) => Ok(Some(facts)),
            Ok(Err(CatalogError::Database(error))) => Err(error.into()),
            Ok(Err(_)) | Err(_) => Ok(None),
        }
    }

    /// As [`Self::facts`] for several, a few at a time and all within the same patience.
    pub(super) async fn facts_of_all(&self, access: &PullAccess, digests: Vec<Digest>) {
        let all = futures::stream::iter(digests)
            .map(|digest| async move { self.facts(access, &digest).await.map(drop) })
            .buffer_unordered(8)
            .for_each(|looked| async move {
                if let Err(error) = looked {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "could not look at a manifest"
                    );
                }
            });
        // What is not known by then is shown as not known.
        let _ = tokio::time::timeout(PATIENCE, all).await;
    }

    /// Reads a manifest and what it takes to describe it, and keeps the result.
    async fn look_at(
        &self,
        access: &PullAccess,
        digest: &Digest,
        with_children: bool,
    ) -> Result<ImageFacts, CatalogError> {
        let reference = Reference::Digest(digest.clone());
        let found = self.find_manifest(access, &reference).await?;
        let unknown = || CatalogError::ManifestUnknown {
            reference: digest.to_string(),
        };
        let manifest =
            Manifest::parse(&found.content, Some(&found.media_type)).map_err(|_| unknown())?;
        let config = self.read_config(access, &manifest).await?;
        let mut parts = parts_of(&manifest);
        if with_children {
            for child in manifest.children().iter().take(MAX_CHILDREN) {
                // A child that is not there leaves the rest as it is.
                let looked = Box::pin(self.look_at(access, &child.digest, false)).await;
                if let (Ok(facts), Some(part)) = (looked, parts.get_mut(&child.digest)) {
                    part.size = to_i64(facts.size);
                    part.platform = part.platform.take().or(facts.platform);
                }
            }
        }
        let counted: &[&str] = match manifest.kind() {
            ManifestKind::Index(_) => &["child"],
            ManifestKind::Image(_) | ManifestKind::Other(_) => &["config", "layer"],
        };
        let size = parts
            .values()
            .filter(|part| counted.contains(&part.role.as_str()))
            .fold(0_i64, |sum, part| sum.saturating_add(part.size));
        let row = ImageFactsRow {
            digest: digest.to_string(),
            kind: ArtifactKind::of(&manifest).as_str().to_owned(),
            platform: config.as_ref().and_then(|config| config.platform.clone()),
            size,
            layer_count: to_i64(parts.values().filter(|part| part.role == "layer").count() as u64),
            built_at: config
                .as_ref()
                .and_then(|config| config.created.as_deref())
                .and_then(parse_time),
        };
        let parts: Vec<ImagePartRow> = parts.into_values().collect();
        let mut transaction = self.inner.database.begin().await?;
        transaction.upsert_image_facts(&row, &parts).await?;
        transaction.commit().await?;
        Ok(ImageFacts::from_row(&row))
    }

    /// The config of an image; `None` for anything else.
    pub(super) async fn read_config(
        &self,
        access: &PullAccess,
        manifest: &Manifest,
    ) -> Result<Option<ImageConfig>, CatalogError> {
        if ArtifactKind::of(manifest) != ArtifactKind::Image {
            return Ok(None);
        }
        let bytes = self.read_config_bytes(access, manifest).await?;
        Ok(bytes.and_then(|bytes| ImageConfig::parse(&bytes)))
    }

    /// The bytes of a manifest's config, where it has one of a sane size.
    pub(super) async fn read_config_bytes(
        &self,
        access: &PullAccess,
        manifest: &Manifest,
    ) -> Result<Option<Vec<u8>>, CatalogError> {
        let config = match manifest.kind() {
            ManifestKind::Image(image) => &image.config,
            ManifestKind::Other(custom) => match &custom.config {
                Some(config) => config,
                None => return Ok(None),
            },
            ManifestKind::Index(_) => return Ok(None),
        };
        if config.size > MAX_CONFIG_BYTES {
            return Ok(None);
        }
        let (size, mut stream) = self
            .inner
            .registry
            .stream_blob(access, &config.digest)
            .await?;
        if size > MAX_CONFIG_BYTES {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        while let Some(piece) = stream.next().await {
            match piece {
                Ok(piece) => bytes.extend_from_slice(&piece),
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        blob.digest = %config.digest,
                        "a config could not be read"
                    );
                    return Ok(None);
                }
            }
        }
        Ok(Some(bytes))
    }
}

/// What a manifest names, each once: the first mention counts.
fn parts_of(manifest: &Manifest) -> BTreeMap<Digest, ImagePartRow> {
    let mut parts = BTreeMap::new();
    let mut add = |descriptor: &Descriptor, role: &str| {
        let position = to_i64(parts.len() as u64);
        parts
            .entry(descriptor.digest.clone())
            .or_insert_with(|| ImagePartRow {
                part: descriptor.digest.clone(),
                role: role.to_owned(),
                position,
                size: to_i64(descriptor.size),
                platform: platform_of(descriptor),
            });
    };
    match manifest.kind() {
        ManifestKind::Image(image) => {
            add(&image.config, "config");
            image.layers.iter().for_each(|layer| add(layer, "layer"));
        }
        ManifestKind::Index(index) => index.manifests.iter().for_each(|child| {
            let role = if attested_digest(child).is_some() {
                "attestation"
            } else {
                "child"
            };
            add(child, role);
        }),
        ManifestKind::Other(custom) => {
            custom
                .config
                .iter()
                .for_each(|config| add(config, "config"));
            custom.layers.iter().for_each(|layer| add(layer, "layer"));
            custom.blobs.iter().for_each(|blob| add(blob, "layer"));
            custom
                .manifests
                .iter()
                .for_each(|child| add(child, "child"));
        }
    }
    parts
}

fn to_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
