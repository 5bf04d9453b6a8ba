//! What is pushed and pulled: bytes that do not compress, and a manifest like those that tools make.

use std::fmt::Write as _;

use bytes::Bytes;
use ring::digest::{SHA256, digest};

/// The layer that the uploads and downloads move.
pub const LAYER_BYTES: usize = 100 * 1024 * 1024;
/// A small blob, such as the configuration of an image.
pub const SMALL_BYTES: usize = 4 * 1024;

/// Bytes with their digest.
#[derive(Debug, Clone)]
pub struct Blob {
    pub bytes: Bytes,
    pub digest: String,
}

impl Blob {
    /// Reproducible, and different for every seed.
    pub fn random(length: usize, seed: u64) -> Self {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend_from_slice(&state.to_le_bytes());
        }
        bytes.truncate(length);
        Self::of(bytes)
    }

    pub fn of(bytes: Vec<u8>) -> Self {
        let digest = format!("sha256:{}", hex::encode(digest(&SHA256, &bytes)));
        Self {
            bytes: bytes.into(),
            digest,
        }
    }
}

pub const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

/// A manifest of `config` and `layers`, spelled as tools do it.
pub fn manifest(config: &Blob, layers: &[Blob]) -> Blob {
    let mut text = String::new();
    let descriptor = |kind: &str, blob: &Blob| {
        format!(
            r#"{{"mediaType":"application/vnd.oci.image.{kind}","digest":"{}","size":{}}}"#,
            blob.digest,
            blob.bytes.len()
        )
    };
    write!(
        text,
        r#"{{"schemaVersion":2,"mediaType":"{MANIFEST_TYPE}","config":{},"layers":[{}]}}"#,
        descriptor("config.v1+json", config),
        layers
            .iter()
            .map(|layer| descriptor("layer.v1.tar+gzip", layer))
            .collect::<Vec<_>>()
            .join(",")
    )
    .expect("writing to a string does not fail");
    Blob::of(text.into_bytes())
}
