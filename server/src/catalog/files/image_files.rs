//! Which image is meant where a tag leads to several, and its files.

use std::sync::Arc;
use std::time::Duration;

use oci::{Descriptor, Digest, Manifest, ManifestKind, MediaTypeKind, Reference};

use super::layer_stream::StopReason;
use super::listing::LayerListing;
use super::merged::MergedFiles;
use crate::catalog::facts::{attested_digest, platform_of};
use crate::catalog::image_config::ImageConfig;
use crate::catalog::{Catalog, CatalogError};
use crate::registry::permissions::PullAccess;

/// Images with more layers have the files of the first ones; no runtime takes as many.
const MAX_LAYERS: usize = 256;
/// How long somebody waits for the files of one image.
const MAX_TIME: Duration = Duration::from_secs(45);
/// What is shown of an index where nobody asks for a platform.
const USUAL_PLATFORM: &str = "linux/amd64";

/// One image for one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenImage {
    /// Its manifest.
    pub digest: Digest,
    /// What it runs on.
    pub platform: Option<String>,
    /// Its archives, lowest first.
    pub layers: Vec<Descriptor>,
    /// Its config, where that can be read.
    pub config: Option<ImageConfig>,
    /// All platforms that there are to choose from, with the manifest of each.
    pub choices: Vec<(String, Digest)>,
}

impl Catalog {
    /// The image that a tag or digest stands for; of an index the one for `platform`, else the usual one.
    pub(in crate::catalog) async fn choose_image(
        &self,
        access: &PullAccess,
        reference: &Reference,
        platform: Option<&str>,
    ) -> Result<ChosenImage, CatalogError> {
        let (digest, manifest) = self.read_manifest(access, reference).await?;
        let ManifestKind::Index(index) = manifest.kind() else {
            return self.chosen(access, digest, &manifest, Vec::new()).await;
        };
        let images: Vec<&Descriptor> = index
            .manifests
            .iter()
            .filter(|child| attested_digest(child).is_none())
            .collect();
        let runs_on = |wanted: &str| {
            images
                .iter()
                .find(|child| platform_of(child).as_deref() == Some(wanted))
        };
        let child = platform
            .and_then(runs_on)
            .or_else(|| runs_on(USUAL_PLATFORM))
            .or(images.first())
            .ok_or_else(|| CatalogError::ManifestUnknown {
                reference: reference.to_string(),
            })?;
        let choices = images
            .iter()
            .filter_map(|child| Some((platform_of(child)?, child.digest.clone())))
            .collect();
        let reference = Reference::Digest(child.digest.clone());
        let (digest, manifest) = self.read_manifest(access, &reference).await?;
        let mut chosen = self.chosen(access, digest, &manifest, choices).await?;
        chosen.platform = platform_of(child).or(chosen.platform);
        Ok(chosen)
    }

    async fn chosen(
        &self,
        access: &PullAccess,
        digest: Digest,
        manifest: &Manifest,
        choices: Vec<(String, Digest)>,
    ) -> Result<ChosenImage, CatalogError> {
        // Keeps which layers it has, so that sizes and sharing are known.
        self.facts(access, &digest).await?;
        let config = match self.read_config(access, manifest).await {
            Ok(config) => config,
            Err(CatalogError::Database(error)) => return Err(error.into()),
            Err(_) => None,
        };
        let layers = match manifest.kind() {
            ManifestKind::Image(image) => image.layers.as_slice(),
            ManifestKind::Other(custom) => custom.layers.as_slice(),
            ManifestKind::Index(_) => &[],
        };
        Ok(ChosenImage {
            digest,
            platform: config.as_ref().and_then(|config| config.platform.clone()),
            layers: layers
                .iter()
                .filter(|layer| is_archive(layer))
                .take(MAX_LAYERS)
                .cloned()
                .collect(),
            config,
            choices,
        })
    }

    async fn read_manifest(
        &self,
        access: &PullAccess,
        reference: &Reference,
    ) -> Result<(Digest, Manifest), CatalogError> {
        let found = self.find_manifest(access, reference).await?;
        let manifest = Manifest::parse(&found.content, Some(&found.media_type)).map_err(|_| {
            CatalogError::ManifestUnknown {
                reference: reference.to_string(),
            }
        })?;
        Ok((found.digest, manifest))
    }

    /// The files of an image with all its layers.
    pub(in crate::catalog) async fn merged_files(
        &self,
        access: &PullAccess,
        image: &ChosenImage,
    ) -> Result<Arc<MergedFiles>, CatalogError> {
        let mut layers = Vec::with_capacity(image.layers.len());
        let deadline = tokio::time::Instant::now() + MAX_TIME;
        for layer in &image.layers {
            let listed = Box::pin(self.layer_listing(access, &layer.digest));
            // What is not read by then is read when somebody asks again.
            layers.push(match tokio::time::timeout_at(deadline, listed).await {
                Ok(listing) => listing?,
                Err(_) => Arc::new(LayerListing {
                    stopped: Some(StopReason::Time),
                    ..LayerListing::default()
                }),
            });
        }
        let kept = &self.inner.listings.merged;
        if let Some(merged) = kept.get(&image.digest) {
            return Ok(merged);
        }
        let merged = Arc::new(MergedFiles::of(&layers));
        if merged.stopped.is_empty() {
            kept.insert(image.digest.clone(), Arc::clone(&merged));
        }
        Ok(merged)
    }
}

/// Whether a layer has files to list: by its own media type, or because it ends as charts and the like do.
pub(in crate::catalog) fn is_archive(layer: &Descriptor) -> bool {
    let media_type = layer.media_type.as_str();
    layer.media_type.kind() == MediaTypeKind::Layer
        || [".tar", ".tar+gzip", ".tar+zstd", ".tar.gzip"]
            .iter()
            .any(|ending| media_type.ends_with(ending))
}
