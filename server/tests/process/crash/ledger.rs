//! What was acknowledged: the promises that a crash must not break.

use std::collections::{BTreeMap, BTreeSet};

use oci::Digest;

/// A blob on its way in.
#[derive(Debug, Clone)]
pub struct OpenUpload {
    pub location: String,
    pub content: Content,
    /// Bytes that the server said it has.
    pub acknowledged: u64,
    /// The request that ends it was sent, so that it may have ended.
    pub is_ending: bool,
}

/// The bytes of a blob, made from a number so that none has to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    pub seed: u64,
    pub length: usize,
}

impl Content {
    pub fn bytes(self) -> Vec<u8> {
        use rand::{RngCore as _, SeedableRng as _};
        let mut bytes = vec![0; self.length];
        rand::rngs::SmallRng::seed_from_u64(self.seed).fill_bytes(&mut bytes);
        bytes
    }
}

/// Acknowledged and attempted things of all rounds.
#[derive(Debug, Default)]
pub struct Ledger {
    pub blobs: BTreeSet<Digest>,
    pub manifests: BTreeMap<Digest, Vec<u8>>,
    /// Where each tag may point: after an acknowledged change one manifest, after a change without an answer
    /// the old one and the new one.
    pub tags: BTreeMap<String, BTreeSet<Option<Digest>>>,
    /// Uploads without an acknowledged end.
    pub uploads: Vec<OpenUpload>,
    /// Everything that was ever sent, acknowledged or not.
    pub attempted_blobs: BTreeSet<Digest>,
    pub attempted_manifests: BTreeMap<Digest, Vec<u8>>,
}

impl Ledger {
    /// A tag is about to be set.
    pub fn attempt_tag(&mut self, tag: &str, digest: &Digest) {
        let allowed = self
            .tags
            .entry(tag.to_owned())
            .or_insert_with(|| BTreeSet::from([None]));
        allowed.insert(Some(digest.clone()));
    }

    /// A manifest was acknowledged under a tag.
    pub fn acknowledge_tag(&mut self, tag: &str, digest: &Digest) {
        self.tags
            .insert(tag.to_owned(), BTreeSet::from([Some(digest.clone())]));
    }

    /// The first upload at this location.
    pub fn upload(&mut self, location: &str) -> &mut OpenUpload {
        self.uploads
            .iter_mut()
            .find(|upload| upload.location == location)
            .unwrap()
    }

    /// An upload is over.
    pub fn end_upload(&mut self, location: &str) {
        self.uploads.retain(|upload| upload.location != location);
    }
}
