//! `io.atcr.manifest`: one manifest of an image or artifact, in its owner's PDS.

use std::collections::BTreeMap;

use atproto::data::RecordBlob;
use atproto::syntax::{Datetime, Did};
use serde::{Deserialize, Serialize};

use crate::record::impl_record_serde;
use crate::{LexiconViolation, Record, limits, nsid};

const MAX_REPOSITORY_BYTES: usize = 255;
const MAX_DIGEST_BYTES: usize = 128;
const MAX_MEDIA_TYPE_BYTES: usize = 128;
/// Media types of descriptors follow RFC 6838, which ends at 127 characters on each side of `/`.
const MAX_DESCRIPTOR_MEDIA_TYPE_BYTES: usize = 255;
const MAX_PLATFORM_BYTES: usize = 128;

/// A manifest: a summary for readers of the network, and the exact bytes as a blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct ManifestRecord {
    /// The repository within the owner's namespace, at most 255 bytes.
    pub repository: String,
    /// The digest of the manifest's bytes, such as `sha256:…`, at most 128 bytes.
    pub digest: String,
    /// The media type of the manifest, at most 128 bytes.
    pub media_type: String,
    /// The manifest's own `schemaVersion`, 2 in all current formats.
    pub schema_version: i64,
    /// When the manifest was pushed.
    pub created_at: Datetime,
    /// The hold that has the blobs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_did: Option<Did>,
    /// The hold by address: how records pointed at holds before `hold_did`. Read, not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_endpoint: Option<String>,
    /// The configuration of an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<BlobReference>,
    /// The layers of an image, lowest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<BlobReference>>,
    /// The entries of an index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifests: Option<Vec<ManifestReference>>,
    /// The manifest this one is about, as a signature or an attestation is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<BlobReference>,
    /// The OCI annotations of the manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<BTreeMap<String, String>>,
    /// The bytes of the manifest. Their SHA-256 must be compared with `digest` after every fetch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest_blob: Option<RecordBlob>,
}

/// A descriptor of a blob: `io.atcr.manifest#blobReference`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlobReference {
    /// The media type, at most 255 bytes.
    pub media_type: String,
    /// The digest, at most 128 bytes.
    pub digest: String,
    /// The length in bytes.
    pub size: u64,
    /// Other places to download the blob from; never fetched by the registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urls: Option<Vec<String>>,
    /// The OCI annotations of the descriptor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<BTreeMap<String, String>>,
}

/// A descriptor of a manifest in an index: `io.atcr.manifest#manifestReference`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestReference {
    /// The media type, at most 255 bytes.
    pub media_type: String,
    /// The digest, at most 128 bytes.
    pub digest: String,
    /// The length in bytes.
    pub size: u64,
    /// The machine the manifest is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// The OCI annotations of the descriptor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<BTreeMap<String, String>>,
}

/// A machine that an image runs on: `io.atcr.manifest#platform`. OCI image-spec, image index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Platform {
    /// The operating system, such as `linux`.
    pub os: String,
    /// The processor, such as `arm64`.
    pub architecture: String,
    /// The variant of the processor, such as `v8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The version of the operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// Features the operating system must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_features: Option<Vec<String>>,
}

impl_record_serde!(ManifestRecord, nsid::MANIFEST);

impl Record for ManifestRecord {
    const NSID: &'static str = nsid::MANIFEST;

    fn validate(&self) -> Result<(), LexiconViolation> {
        limits::max_length("repository", &self.repository, MAX_REPOSITORY_BYTES)?;
        limits::max_length("digest", &self.digest, MAX_DIGEST_BYTES)?;
        limits::max_length("mediaType", &self.media_type, MAX_MEDIA_TYPE_BYTES)?;
        limits::integer("schemaVersion", self.schema_version.unsigned_abs())?;
        if let Some(hold_endpoint) = &self.hold_endpoint {
            limits::uri("holdEndpoint", hold_endpoint)?;
        }
        self.config
            .iter()
            .chain(self.layers.iter().flatten())
            .chain(&self.subject)
            .try_for_each(BlobReference::validate)?;
        self.manifests
            .iter()
            .flatten()
            .try_for_each(ManifestReference::validate)
    }
}

impl BlobReference {
    fn validate(&self) -> Result<(), LexiconViolation> {
        validate_descriptor(&self.media_type, &self.digest, self.size)?;
        self.urls
            .iter()
            .flatten()
            .try_for_each(|url| limits::uri("urls", url))
    }
}

impl ManifestReference {
    fn validate(&self) -> Result<(), LexiconViolation> {
        validate_descriptor(&self.media_type, &self.digest, self.size)?;
        self.platform.iter().try_for_each(Platform::validate)
    }
}

impl Platform {
    fn validate(&self) -> Result<(), LexiconViolation> {
        limits::max_length("os", &self.os, MAX_PLATFORM_BYTES)?;
        limits::max_length("architecture", &self.architecture, MAX_PLATFORM_BYTES)?;
        limits::optional_max_length("variant", self.variant.as_ref(), MAX_PLATFORM_BYTES)?;
        limits::optional_max_length("osVersion", self.os_version.as_ref(), MAX_PLATFORM_BYTES)?;
        self.os_features
            .iter()
            .flatten()
            .try_for_each(|feature| limits::max_length("osFeatures", feature, MAX_PLATFORM_BYTES))
    }
}

fn validate_descriptor(media_type: &str, digest: &str, size: u64) -> Result<(), LexiconViolation> {
    limits::max_length("mediaType", media_type, MAX_DESCRIPTOR_MEDIA_TYPE_BYTES)?;
    limits::max_length("digest", digest, MAX_DIGEST_BYTES)?;
    limits::integer("size", size)
}
