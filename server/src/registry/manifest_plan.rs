//! What storing a manifest means: decided here without doing anything.

use std::collections::BTreeMap;

use atproto::data::RecordBlob;
use atproto::syntax::{AtIdentifier, AtUri, Datetime, Did, RecordKey};
use lexicon::record_key::RecordKeyError;
use lexicon::{BlobReference, ManifestRecord, ManifestReference, Record as _, TagRecord};
use oci::{Descriptor, Digest, DigestAlgorithm, Manifest, ManifestKind, RepositoryPath, Tag};

use crate::clients::hold::LayerUse;
use crate::db::ManifestRow;

use super::RegistryError;

/// Records larger than this are written without the parts that `manifestBlob` has anyway. The reference PDS takes
/// 150 KiB of JSON in one request, and the record comes with the names of its repo, collection and key.
const MAX_RECORD_JSON_BYTES: usize = 140_000;

/// `maxLength` of digests in the published lexicon. A SHA-512 digest is longer.
const MAX_LEXICON_DIGEST_BYTES: usize = 128;

/// The blobs that must be in the repository, each once, with the sizes the manifest gives them.
pub fn required_blobs(manifest: &Manifest) -> BTreeMap<Digest, u64> {
    manifest
        .blobs()
        .into_iter()
        .map(|blob| (blob.digest.clone(), blob.size))
        .collect()
}

/// What the hold is told about: every blob that is in it because of this manifest.
pub fn layer_uses(manifest: &Manifest) -> Vec<LayerUse> {
    let unique: BTreeMap<&Digest, &Descriptor> = manifest
        .blobs()
        .into_iter()
        .map(|blob| (&blob.digest, blob))
        .collect();
    unique
        .into_values()
        .map(|blob| LayerUse {
            digest: blob.digest.clone(),
            size: blob.size,
            media_type: blob.media_type.to_string(),
        })
        .collect()
}

/// The manifests that an image index names.
pub fn children(manifest: &Manifest) -> Vec<Digest> {
    manifest
        .children()
        .iter()
        .map(|child| child.digest.clone())
        .collect()
}

/// The manifest's record. Readers find the exact bytes in `manifestBlob`, so what does not fit into a
/// record, or into the lexicon's limits, is left out of the summary beside it.
pub fn manifest_record(
    repository: &RepositoryPath,
    digest: &Digest,
    manifest: &Manifest,
    content: &[u8],
    blob: RecordBlob,
    hold: &Did,
    now: Datetime,
) -> ManifestRecord {
    let (config, layers) = match manifest.kind() {
        ManifestKind::Image(image) => (Some(&image.config), Some(image.layers.as_slice())),
        ManifestKind::Index(_) | ManifestKind::Other(_) => (None, None),
    };
    let index = matches!(manifest.kind(), ManifestKind::Index(_)).then(|| manifest.children());
    let mut record = ManifestRecord {
        repository: repository.to_string(),
        digest: record_digest(digest, content),
        media_type: manifest.media_type().to_string(),
        schema_version: 2,
        created_at: now,
        hold_did: Some(hold.clone()),
        hold_endpoint: None,
        config: config.map(blob_reference),
        layers: layers.map(|layers| layers.iter().map(blob_reference).collect()),
        manifests: index.map(|manifests| manifests.iter().map(manifest_reference).collect()),
        subject: manifest.subject().map(blob_reference),
        annotations: Some(manifest.annotations().clone())
            .filter(|annotations| !annotations.is_empty()),
        manifest_blob: Some(blob),
    };
    fit(&mut record);
    record
}

/// Drops summary fields, least useful first, until the record is one that every PDS takes.
fn fit(record: &mut ManifestRecord) {
    if fits(record) {
        return;
    }
    let drops: [fn(&mut ManifestRecord); 5] = [
        |record| record.annotations = None,
        |record| record.layers = None,
        |record| record.manifests = None,
        |record| record.config = None,
        |record| record.subject = None,
    ];
    for drop in drops {
        drop(record);
        if fits(record) {
            return;
        }
    }
}

fn fits(record: &ManifestRecord) -> bool {
    record
        .to_value()
        .is_ok_and(|value| value.to_string().len() <= MAX_RECORD_JSON_BYTES)
}

/// The record names the manifest by SHA-256 where the pushed digest is longer than the lexicon allows; the
/// record's key then still has the pushed one.
fn record_digest(digest: &Digest, content: &[u8]) -> String {
    let text = digest.to_string();
    if text.len() <= MAX_LEXICON_DIGEST_BYTES {
        text
    } else {
        Digest::of(DigestAlgorithm::Sha256, content).to_string()
    }
}

fn blob_reference(descriptor: &Descriptor) -> BlobReference {
    BlobReference {
        media_type: descriptor.media_type.to_string(),
        digest: descriptor.digest.to_string(),
        size: descriptor.size,
        urls: Some(descriptor.urls.clone()).filter(|urls| !urls.is_empty()),
        annotations: Some(descriptor.annotations.clone())
            .filter(|annotations| !annotations.is_empty()),
    }
}

fn manifest_reference(descriptor: &Descriptor) -> ManifestReference {
    let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    ManifestReference {
        media_type: descriptor.media_type.to_string(),
        digest: descriptor.digest.to_string(),
        size: descriptor.size,
        platform: descriptor
            .platform
            .as_ref()
            .map(|platform| lexicon::Platform {
                os: platform.os.clone(),
                architecture: platform.architecture.clone(),
                variant: platform.variant.as_deref().and_then(filled),
                os_version: platform.os_version.as_deref().and_then(filled),
                os_features: Some(platform.os_features.clone())
                    .filter(|features| !features.is_empty()),
            }),
        annotations: Some(descriptor.annotations.clone())
            .filter(|annotations| !annotations.is_empty()),
    }
}

/// The tag's record, with the fields of both published versions of the lexicon.
pub fn tag_record(
    owner: &Did,
    repository: &RepositoryPath,
    tag: &Tag,
    digest: &Digest,
    manifest_key: &RecordKey,
    now: &Datetime,
) -> TagRecord {
    let text = digest.to_string();
    TagRecord {
        repository: repository.to_string(),
        tag: tag.to_string(),
        manifest: Some(AtUri::record(
            AtIdentifier::Did(owner.clone()),
            ManifestRecord::collection(),
            manifest_key.clone(),
        )),
        manifest_digest: (text.len() <= MAX_LEXICON_DIGEST_BYTES).then_some(text),
        created_at: Some(now.clone()),
        updated_at: Some(now.clone()),
    }
}

/// Where the manifest's record goes: under its digest, unless another repository of the owner is there already.
pub fn manifest_key(
    digest: &Digest,
    repository: &RepositoryPath,
    is_taken: bool,
) -> Result<RecordKey, RecordKeyError> {
    if is_taken {
        lexicon::record_key::manifest_record_key_in_repository(digest.hex(), repository.as_str())
    } else {
        lexicon::record_key::manifest_record_key(digest.hex())
    }
}

/// The key that this software gives a tag's record.
pub fn tag_key(repository: &RepositoryPath, tag: &Tag) -> Result<RecordKey, RegistryError> {
    lexicon::record_key::tag_record_key(repository.as_str(), tag.as_str()).map_err(|_| {
        RegistryError::ManifestUnknown {
            reference: tag.to_string(),
        }
    })
}

/// What the catalogue keeps of a manifest.
pub fn manifest_row(
    digest: &Digest,
    manifest: &Manifest,
    hold_did: Option<&str>,
    record_key: &RecordKey,
    now: i64,
) -> ManifestRow {
    ManifestRow {
        digest: digest.clone(),
        media_type: manifest.media_type().to_string(),
        size: manifest.size(),
        artifact_type: manifest.artifact_type().map(str::to_owned),
        subject: manifest.subject().map(|subject| subject.digest.clone()),
        annotations: serde_json::to_string(manifest.annotations())
            .expect("a map of texts is plain data"),
        hold_did: hold_did.map(str::to_owned),
        record_key: record_key.to_string(),
        created_at: now,
    }
}
