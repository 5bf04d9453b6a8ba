//! Small images, made of bytes that no other test has.

use std::sync::atomic::{AtomicU64, Ordering};

use oci::{Digest, media_types};
use serde_json::{Value, json};

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// Bytes that are unique in this run.
pub fn blob(length: usize) -> Vec<u8> {
    let seed = COUNTER.fetch_add(1, Ordering::Relaxed);
    let start = format!("{}-{seed}-", std::process::id());
    start
        .bytes()
        .chain(
            (0..).map(|index: u64| {
                (index.wrapping_mul(31).wrapping_add(seed) >> 3).to_le_bytes()[0]
            }),
        )
        .take(length.max(start.len()))
        .collect()
}

/// An image in memory.
pub struct Image {
    pub config: Vec<u8>,
    pub layers: Vec<Vec<u8>>,
    pub media_type: &'static str,
    pub manifest: Vec<u8>,
}

/// A descriptor of some bytes.
pub fn descriptor(media_type: &str, content: &[u8]) -> Value {
    json!({ "mediaType": media_type, "digest": Digest::sha256_of(content).to_string(), "size": content.len() })
}

/// An image with a config and some layers.
pub fn image(layers: usize) -> Image {
    image_of(blob(64), (0..layers).map(|_| blob(300)).collect())
}

/// An image with this config and these layers.
pub fn image_of(config: Vec<u8>, layers: Vec<Vec<u8>>) -> Image {
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": media_types::OCI_IMAGE_MANIFEST,
        "config": descriptor(media_types::OCI_IMAGE_CONFIG, &config),
        "layers": layers.iter().map(|layer| descriptor(media_types::OCI_LAYER_TAR_GZIP, layer)).collect::<Vec<_>>(),
    });
    Image {
        config,
        layers,
        media_type: media_types::OCI_IMAGE_MANIFEST,
        manifest: manifest.to_string().into_bytes(),
    }
}

impl Image {
    pub fn digest(&self) -> Digest {
        Digest::sha256_of(&self.manifest)
    }

    pub fn blobs(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(self.config.as_slice()).chain(self.layers.iter().map(Vec::as_slice))
    }
}
