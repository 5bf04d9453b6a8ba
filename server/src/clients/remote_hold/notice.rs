//! What a hold is told of manifests (`io.atcr.hold.notifyManifest`).

use atproto::syntax::Did;
use lexicon::xrpc::notify_manifest::{BlobReference, Input, ManifestInfo, ManifestReference};
use oci::{Digest, RepositoryPath};

use super::super::hold::ManifestNotice;

/// A manifest was pushed.
pub(super) fn pushed(notice: &ManifestNotice) -> Input {
    let layers = notice.layers.iter().map(|layer| BlobReference {
        media_type: Some(layer.media_type.clone()),
        digest: layer.digest.to_string(),
        size: layer.size,
    });
    let children = notice.children.iter().map(|digest| ManifestReference {
        media_type: None,
        digest: digest.to_string(),
        // What a child uses is known to the hold from its own notice.
        size: 0,
        platform: None,
    });
    let manifest = ManifestInfo {
        media_type: Some(notice.media_type.clone()),
        config: None,
        layers: Some(layers.collect()),
        manifests: Some(children.collect()),
        subject: None,
        annotations: None,
    };
    Input {
        repository: notice.repository.to_string(),
        user_did: notice.owner.clone(),
        manifest_digest: notice.manifest.to_string(),
        manifest,
        tag: notice.tag.as_ref().map(ToString::to_string),
        operation: Some("push".to_owned()),
    }
}

/// Something was pulled. Which manifest makes no difference to the hold, and it must name one.
pub(super) fn pulled(owner: &Did, repository: &RepositoryPath) -> Input {
    about(owner, repository, &Digest::sha256_of(b""), "pull")
}

/// A manifest was deleted: an operation of ours, beside those that are published.
pub(super) fn deleted(owner: &Did, repository: &RepositoryPath, manifest: &Digest) -> Input {
    about(owner, repository, manifest, "delete")
}

fn about(owner: &Did, repository: &RepositoryPath, manifest: &Digest, operation: &str) -> Input {
    Input {
        repository: repository.to_string(),
        user_did: owner.clone(),
        manifest_digest: manifest.to_string(),
        manifest: ManifestInfo::default(),
        tag: None,
        operation: Some(operation.to_owned()),
    }
}
