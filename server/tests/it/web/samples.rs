//! Images with real archives and configs.

use async_compression::tokio::write::{GzipEncoder, ZstdEncoder};
use oci::{Digest, media_types};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use crate::harness::{Client, descriptor};

/// A tar archive of files by path; an empty content behind a `/` is a folder.
pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (path, content) in files {
        let kind = if path.ends_with('/') { b'5' } else { b'0' };
        archive.extend(header(path, kind, content.len()));
        archive.extend(*content);
        archive.resize(archive.len().div_ceil(512) * 512, 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// A ustar header.
pub fn header(path: &str, kind: u8, size: usize) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..path.len()].copy_from_slice(path.as_bytes());
    header[100..107].copy_from_slice(b"0000644");
    header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
    header[156] = kind;
    header[257..263].copy_from_slice(b"ustar\0");
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum::<u64>() + 8 * 32;
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

pub async fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzipEncoder::new(Vec::new());
    encoder.write_all(content).await.unwrap();
    encoder.shutdown().await.unwrap();
    encoder.into_inner()
}

pub async fn zstd(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZstdEncoder::new(Vec::new());
    encoder.write_all(content).await.unwrap();
    encoder.shutdown().await.unwrap();
    encoder.into_inner()
}

/// A config for linux on this architecture, with more in `config` and `history`.
#[expect(
    clippy::needless_pass_by_value,
    reason = "callers make the values where they pass them"
)]
pub fn config(architecture: &str, config: Value, history: Value) -> Value {
    json!({
        "created": "2026-10-01T08:00:00Z", "architecture": architecture, "os": "linux",
        "config": config, "history": history, "rootfs": { "type": "layers", "diff_ids": [] },
    })
}

/// Pushes an image of these layers under a tag, and returns the digest of its manifest.
pub async fn push(
    client: &Client,
    name: &str,
    tag: Option<&str>,
    config: &Value,
    layers: &[Vec<u8>],
) -> Digest {
    let config = config.to_string().into_bytes();
    client.push_blob(name, &config).await;
    for layer in layers {
        client.push_blob(name, layer).await;
    }
    let layers: Vec<Value> = layers
        .iter()
        .map(|layer| descriptor(media_types::OCI_LAYER_TAR_GZIP, layer))
        .collect();
    let manifest = json!({
        "schemaVersion": 2, "mediaType": media_types::OCI_IMAGE_MANIFEST,
        "config": descriptor(media_types::OCI_IMAGE_CONFIG, &config), "layers": layers,
    });
    put(client, name, tag, &manifest).await
}

/// Pushes a manifest under a tag, else under its digest.
pub async fn put(client: &Client, name: &str, tag: Option<&str>, manifest: &Value) -> Digest {
    let content = manifest.to_string().into_bytes();
    let digest = Digest::sha256_of(&content);
    let reference = tag.map_or_else(|| digest.to_string(), str::to_owned);
    let media_type = manifest["mediaType"].as_str().unwrap();
    client
        .put_manifest(name, &reference, media_type, &content)
        .await
        .expect(http::StatusCode::CREATED);
    digest
}
