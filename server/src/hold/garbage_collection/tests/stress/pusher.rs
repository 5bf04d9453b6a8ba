//! Somebody who pushes images and deletes them again, as registries do: blobs that the hold has are not sent.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use oci::Digest;
use rand::rngs::StdRng;
use rand::seq::IteratorRandom as _;
use rand::{Rng as _, SeedableRng as _};

use super::super::super::super::testing::*;
use super::{MEMBER, Scene};
use crate::clients::hold::{LayerUse, ManifestNotice, UploadOwner};

/// Images that a pusher keeps.
const IMAGES: usize = 1;

/// What happened.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Seen {
    pub(super) pushes: u64,
    pub(super) uploads: u64,
    /// Blobs that did not have to be sent.
    pub(super) found: u64,
    /// Blobs that were read whole and compared.
    pub(super) read: u64,
}

impl std::iter::Sum for Seen {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, seen| Self {
            pushes: sum.pushes + seen.pushes,
            uploads: sum.uploads + seen.uploads,
            found: sum.found + seen.found,
            read: sum.read + seen.read,
        })
    }
}

struct Image {
    manifest: Digest,
    blobs: BTreeSet<usize>,
}

pub(super) struct Pusher {
    number: u64,
    random: StdRng,
    images: VecDeque<Image>,
    pub(super) seen: Seen,
}

impl Pusher {
    pub(super) fn new(number: u64) -> Self {
        Self {
            number,
            random: StdRng::seed_from_u64(number),
            images: VecDeque::new(),
            seen: Seen::default(),
        }
    }

    fn owner(&self) -> UploadOwner {
        let person = if self.number.is_multiple_of(2) {
            CAPTAIN
        } else {
            MEMBER
        };
        UploadOwner {
            uploader: user(person),
            repository: format!("app{}", self.number).parse().unwrap(),
        }
    }

    pub(super) async fn push_until_over(mut self, scene: Arc<Scene>) -> Self {
        while !scene.is_over() {
            let image = self.push(&scene).await;
            if let Some(image) = image {
                self.seen.read += check(&scene, &image).await;
                self.images.push_back(image);
            }
            if self.images.len() > IMAGES {
                self.delete_one(&scene).await;
            }
        }
        self
    }

    /// Pushes blobs and, mostly, the manifest that names them.
    async fn push(&mut self, scene: &Scene) -> Option<Image> {
        let _in_progress = scene.pace.begin_push().await;
        let count = self.random.random_range(1..=4);
        let blobs: BTreeSet<usize> = (0..scene.blobs.len())
            .choose_multiple(&mut self.random, count)
            .into_iter()
            .collect();
        for blob in &blobs {
            let digest = Digest::sha256_of(&scene.blobs[*blob]);
            let is_there = scene.hold.stat_blob(None, &digest).await.unwrap().is_some();
            if is_there && self.random.random_bool(0.9) {
                self.seen.found += 1;
            } else {
                self.upload(scene, &digest, &scene.blobs[*blob]).await;
            }
        }
        if self.random.random_bool(0.1) {
            return None;
        }
        self.seen.pushes += 1;
        let name = format!("pusher {} manifest {}", self.number, self.seen.pushes);
        let image = Image {
            manifest: Digest::sha256_of(name.as_bytes()),
            blobs,
        };
        scene
            .hold
            .notify_manifest(&self.notice(scene, &image))
            .await
            .unwrap();
        Some(image)
    }

    async fn upload(&mut self, scene: &Scene, digest: &Digest, content: &[u8]) {
        let owner = self.owner();
        let upload = scene.hold.start_upload(&owner).await.unwrap();
        let body = futures::stream::iter([Ok(bytes::Bytes::copy_from_slice(content))]);
        scene
            .hold
            .complete_upload(&owner, &upload.id, digest, None, Box::pin(body))
            .await
            .unwrap();
        self.seen.uploads += 1;
    }

    fn notice(&self, scene: &Scene, image: &Image) -> ManifestNotice {
        let owner = self.owner();
        let layers = image.blobs.iter().map(|blob| LayerUse {
            digest: Digest::sha256_of(&scene.blobs[*blob]),
            size: 1,
            media_type: "application/octet-stream".to_owned(),
        });
        ManifestNotice {
            owner: owner.uploader.did,
            repository: owner.repository,
            manifest: image.manifest.clone(),
            media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
            tag: None,
            layers: layers.collect(),
            children: Vec::new(),
        }
    }

    /// Looks at the oldest image for the last time, and deletes it.
    async fn delete_one(&mut self, scene: &Scene) {
        if let Some(image) = self.images.pop_front() {
            self.seen.read += check(scene, &image).await;
            let owner = self.owner();
            scene
                .hold
                .forget_manifest(&owner.uploader.did, &owner.repository, &image.manifest)
                .await
                .unwrap();
        }
    }

    /// Blobs of the images that are left.
    pub(super) fn needs(&self) -> impl Iterator<Item = usize> {
        self.images
            .iter()
            .flat_map(|image| image.blobs.iter().copied())
    }

    /// Every image that is left is whole.
    pub(super) async fn check_all(&self, scene: &Scene) {
        for image in &self.images {
            check(scene, image).await;
        }
    }
}

/// Reads every blob of an image. Returns how many there are.
async fn check(scene: &Scene, image: &Image) -> u64 {
    for blob in &image.blobs {
        let content = &scene.blobs[*blob];
        let found = pull(&scene.hold, &Digest::sha256_of(content)).await;
        assert!(
            found.as_ref() == Some(content),
            "blob {blob} is missing: {:?}",
            found.map(|found| found.len())
        );
    }
    image.blobs.len() as u64
}
