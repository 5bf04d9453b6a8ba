//! After a crash: what was promised is there, what was not is whole or absent, and uploads go on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ::http::StatusCode;
use oci::Digest;
use rand::rngs::StdRng;
use rand::seq::IteratorRandom as _;
use serde_json::Value;

use super::ledger::OpenUpload;
use super::wire::{Answer, Stopped, Wire};
use crate::harness::network;

/// How many things of each kind from earlier rounds are looked at again in every round.
const SAMPLE: usize = 5;

/// What a run has shown.
#[derive(Debug, Default)]
pub struct Figures {
    pub killed_in_a_push: u64,
    pub uploads_resumed: u64,
    /// Became a blob, but the answer was lost.
    pub uploads_ended_unanswered: u64,
    /// Refused cleanly and begun again.
    pub uploads_refused: u64,
    /// In the staging folder at the end: uploads that are still open, and what the sweep will remove.
    pub staged_files: usize,
}

/// Files below `blobs` that were read already.
#[derive(Debug, Default)]
pub struct SeenFiles(BTreeSet<PathBuf>);

impl SeenFiles {
    /// Every file that bears a digest's name has that digest, also those that no row speaks of.
    pub fn check(&mut self, data: &Path) {
        let root = data.join("blobs/blobs/sha256");
        for folder in std::fs::read_dir(root).unwrap() {
            for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
                let path = file.unwrap().path();
                if self.0.insert(path.clone()) {
                    let digest = Digest::sha256_of(&std::fs::read(&path).unwrap());
                    assert_eq!(digest.hex(), path.file_name().unwrap().to_str().unwrap());
                }
            }
        }
    }
}

impl Wire {
    /// Looks at everything of the round that was cut, which is what `before` did not have, and at some older
    /// things.
    pub async fn check_after_crash(&self, random: &mut StdRng, before: &Known) {
        let now = Known::of(self);
        for digest in sample(&now.blobs, &before.blobs, random) {
            self.expect_blob(&digest).await;
        }
        for digest in sample(&now.manifests, &before.manifests, random) {
            self.expect_manifest(&digest).await;
        }
        let changed = now
            .tags
            .iter()
            .filter(|(tag, allowed)| before.tags.get(*tag) != Some(allowed));
        let older = before.tags.keys().choose_multiple(random, SAMPLE);
        for tag in changed.map(|(tag, _)| tag).chain(older) {
            self.expect_tag(tag).await;
        }
        for digest in now.attempted_blobs.difference(&before.attempted_blobs) {
            self.expect_whole_or_absent(&format!("blobs/{digest}"), digest)
                .await;
        }
        for digest in now
            .attempted_manifests
            .difference(&before.attempted_manifests)
        {
            if self
                .expect_whole_or_absent(&format!("manifests/{digest}"), digest)
                .await
            {
                self.expect_references(digest).await;
            }
        }
    }

    /// Looks at everything that was ever acknowledged, also in the owner's PDS; how many blobs, manifests and
    /// tags.
    pub async fn check_everything(&self) -> (usize, usize, usize) {
        let known = Known::of(self);
        for digest in &known.blobs {
            self.expect_blob(digest).await;
        }
        for digest in &known.manifests {
            self.expect_manifest(digest).await;
            let record = network()
                .record(&network().alice, "io.atcr.manifest", digest.hex())
                .await;
            assert_eq!(record.unwrap()["digest"], digest.to_string());
        }
        for tag in known.tags.keys() {
            self.expect_tag(tag).await;
        }
        (known.blobs.len(), known.manifests.len(), known.tags.len())
    }

    async fn expect_blob(&self, digest: &Digest) {
        let found = self
            .expect_whole_or_absent(&format!("blobs/{digest}"), digest)
            .await;
        assert!(found, "the acknowledged blob {digest} is gone");
    }

    async fn expect_manifest(&self, digest: &Digest) {
        let found = self
            .expect_whole_or_absent(&format!("manifests/{digest}"), digest)
            .await;
        assert!(found, "the acknowledged manifest {digest} is gone");
    }

    /// The tag points to a manifest that it may point to.
    async fn expect_tag(&self, tag: &str) {
        let allowed = self.ledger().tags[tag].clone();
        let answer = self.read(&format!("manifests/{tag}")).await;
        let actual = (answer.status == StatusCode::OK).then(|| Digest::sha256_of(&answer.body));
        assert!(
            allowed.contains(&actual),
            "{tag} is at {actual:?} instead of {allowed:?}: {answer:?}"
        );
    }

    /// Either all bytes or none. Whether they are there.
    async fn expect_whole_or_absent(&self, path: &str, digest: &Digest) -> bool {
        let answer = self.read(path).await;
        match answer.status {
            StatusCode::OK => assert_eq!(Digest::sha256_of(&answer.body), *digest),
            status => assert_eq!(status, StatusCode::NOT_FOUND, "{answer:?}"),
        }
        answer.status == StatusCode::OK
    }

    /// Whatever a visible manifest names is there.
    async fn expect_references(&self, digest: &Digest) {
        let content = self.ledger().attempted_manifests[digest].clone();
        let manifest: Value = serde_json::from_slice(&content).unwrap();
        let layers = manifest["layers"].as_array().unwrap().iter();
        for descriptor in layers.chain([&manifest["config"]]) {
            self.expect_blob(&descriptor["digest"].as_str().unwrap().parse().unwrap())
                .await;
        }
    }

    /// Goes on with what the crash cut off. Some uploads stay open for a later round.
    pub async fn resume_uploads(&self, random: &mut StdRng, figures: &mut Figures) {
        let uploads = self.ledger().uploads.clone();
        for upload in uploads {
            if rand::Rng::random_ratio(random, 1, 5) {
                continue;
            }
            self.resume_upload(upload, figures).await;
        }
    }

    async fn resume_upload(&self, mut upload: OpenUpload, figures: &mut Figures) {
        let digest = Digest::sha256_of(&upload.content.bytes());
        let status = self.get(&upload.location).await.unwrap();
        if status.status == StatusCode::NOT_FOUND {
            assert!(
                upload.is_ending,
                "an upload with acknowledged bytes is gone: {upload:?}"
            );
            if self
                .expect_whole_or_absent(&format!("blobs/{digest}"), &digest)
                .await
            {
                figures.uploads_ended_unanswered += 1;
                self.ledger().end_upload(&upload.location);
            } else {
                // It ended before the repository was to show the blob.
                self.begin_again(&upload, figures).await;
            }
            return;
        }
        assert_eq!(status.status, StatusCode::NO_CONTENT, "{status:?}");
        let size = status.upload_size();
        assert!(
            size >= upload.acknowledged,
            "acknowledged bytes are gone: {size} of {upload:?}"
        );
        upload.acknowledged = size;
        self.ledger().upload(&upload.location).acknowledged = size;
        match self.resume(upload.clone(), 1).await {
            Ok(_) => figures.uploads_resumed += 1,
            Err(Stopped::Refused) => self.begin_again(&upload, figures).await,
            Err(Stopped::Lost) => panic!("the connection was lost while nobody killed the server"),
        }
        self.expect_blob(&digest).await;
    }

    async fn begin_again(&self, upload: &OpenUpload, figures: &mut Figures) {
        figures.uploads_refused += 1;
        self.ledger().end_upload(&upload.location);
        let digest = self.push_whole(upload.content).await.unwrap();
        self.expect_blob(&digest).await;
    }

    async fn read(&self, path: &str) -> Answer {
        self.get(&format!("/v2/{}/{path}", self.name))
            .await
            .unwrap()
    }
}

/// What the ledger knew at a moment.
#[derive(Debug, Default)]
pub struct Known {
    blobs: BTreeSet<Digest>,
    manifests: BTreeSet<Digest>,
    tags: BTreeMap<String, BTreeSet<Option<Digest>>>,
    attempted_blobs: BTreeSet<Digest>,
    attempted_manifests: BTreeSet<Digest>,
}

impl Known {
    pub fn of(wire: &Wire) -> Self {
        let ledger = wire.ledger();
        Self {
            blobs: ledger.blobs.clone(),
            manifests: ledger.manifests.keys().cloned().collect(),
            tags: ledger.tags.clone(),
            attempted_blobs: ledger.attempted_blobs.clone(),
            attempted_manifests: ledger.attempted_manifests.keys().cloned().collect(),
        }
    }
}

/// Everything that came since `before` and a few older ones.
fn sample(now: &BTreeSet<Digest>, before: &BTreeSet<Digest>, random: &mut StdRng) -> Vec<Digest> {
    let older = before.iter().choose_multiple(random, SAMPLE);
    now.difference(before).chain(older).cloned().collect()
}
