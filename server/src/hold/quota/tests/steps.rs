//! What can happen next. Each step is made in the hold and in the model, which must agree on how it ends.

use std::collections::BTreeSet;

use bytes::Bytes;
use chrono::TimeDelta;
use futures::StreamExt as _;
use oci::Digest;
use rand::Rng as _;
use rand::seq::{IndexedRandom as _, IteratorRandom as _};

use super::super::super::testing::*;
use super::super::super::{CrewChange, HoldError, TierChange};
use super::history::History;
use super::model::{IDLE_FOR, OpenUpload, Outcome, TIERS};
use crate::blob_store::IncomingBytes;
use crate::clients::hold::{LayerUse, ManifestNotice, UploadOwner};

const REPOSITORIES: [&str; 2] = ["app", "tools/app"];
/// Manifests of a repository; the last two are indexes.
const MANIFESTS: usize = 5;
const INDEXES: std::ops::Range<usize> = 3..MANIFESTS;

fn outcome<T>(result: &Result<T, HoldError>) -> Outcome {
    match result {
        Ok(_) => Outcome::Done,
        Err(HoldError::Denied { .. }) => Outcome::Denied,
        Err(HoldError::QuotaExceeded { .. }) => Outcome::Exceeded,
        Err(HoldError::DigestMismatch { .. }) => Outcome::Mismatch,
        Err(error) => panic!("{error:?}"),
    }
}

/// In two pieces, as networks cut.
fn in_pieces(content: &[u8]) -> IncomingBytes {
    let (first, last) = content.split_at(content.len() / 3);
    let pieces = [first, last].map(|piece| Ok(Bytes::copy_from_slice(piece)));
    futures::stream::iter(pieces).boxed()
}

fn manifest(number: usize) -> Digest {
    Digest::sha256_of(format!("manifest {number}").as_bytes())
}

impl History<'_> {
    pub(super) async fn step(&mut self) {
        match self.random.random_range(0..100) {
            0..8 => drop(self.start().await),
            8..20 => self.send().await,
            20..46 => self.complete().await,
            46..49 => self.abort().await,
            49..71 => self.notify().await,
            71..76 => self.forget().await,
            76..80 => self.wait(),
            80..85 => self.purge().await,
            85..90 => self.change_tier().await,
            90 => {
                let person = self.anybody();
                self.leave(person).await;
            }
            91 => self.remove_member().await,
            _ => {
                let person = self.random.random_range(1..self.dids.len());
                self.join(person, CrewChange::default()).await;
            }
        }
    }

    /// Members mostly.
    fn anybody(&mut self) -> usize {
        *[0, 1, 1, 1, 2, 2, 2, 3].choose(&mut self.random).unwrap()
    }

    fn an_upload(&mut self) -> Option<usize> {
        let numbers = self.model.uploads.keys();
        numbers.choose(&mut self.random).copied()
    }

    fn owner_of(&self, person: usize) -> UploadOwner {
        UploadOwner {
            uploader: user(self.dids[person].as_str()),
            repository: REPOSITORIES[0].parse().unwrap(),
        }
    }

    /// Opens an upload in a stream or in parts, announced or not.
    async fn start(&mut self) -> Option<usize> {
        let person = self.anybody();
        let blob = self.random.random_range(0..self.model.sizes.len());
        let in_parts = self.random.random_bool(0.6);
        let size = self.model.sizes[blob];
        let announced = match self.random.random_range(0..4) {
            0 if in_parts => Some(size),
            1 if in_parts => Some(self.random.random_range(1..3000)),
            _ => None,
        };
        let expected = self.model.may_start(person, announced);
        let started = if in_parts {
            let uploader = &self.dids[person];
            self.hold.start_upload_in_parts(uploader, announced).await
        } else {
            self.hold.start_upload(&self.owner_of(person)).await
        };
        assert_eq!(outcome(&started), expected, "history {}", self.number);
        self.count(expected);
        let upload = OpenUpload {
            id: started.ok()?.id,
            person,
            blob,
            come: 0,
            parts: in_parts.then(Vec::new),
            last_active: self.model.now,
        };
        Some(self.model.start(upload, announced))
    }

    /// Sends some of what is missing, or the last part again.
    async fn send(&mut self) {
        let Some(number) = self.an_upload() else {
            return;
        };
        let upload = self.model.uploads[&number].clone();
        let last = upload.parts.as_ref().and_then(|parts| parts.last());
        if let Some((size, _)) = last
            && self.model.may_write(upload.person)
            && self.random.random_bool(0.2)
        {
            let (start, part) = (
                upload.come - size,
                upload.parts.as_ref().map_or(0, Vec::len),
            );
            let bytes = self
                .random
                .random_range(1..=self.model.sizes[upload.blob] - start);
            self.send_bytes(number, start, bytes, part).await;
            return;
        }
        let missing = self.model.sizes[upload.blob] - upload.come;
        if missing > 0 {
            let bytes = self.random.random_range(1..=missing);
            let part = upload.parts.as_ref().map_or(0, Vec::len) + 1;
            self.send_bytes(number, upload.come, bytes, part).await;
        }
    }

    /// Bytes of the upload's blob from `start`, as that part where there are parts. Returns whether they arrived.
    async fn send_bytes(&mut self, number: usize, start: u64, bytes: u64, part: usize) -> bool {
        let upload = self.model.uploads[&number].clone();
        let id = upload.id.as_str();
        let content = self.content(upload.blob);
        let index = |position: u64| usize::try_from(position).unwrap();
        let body = in_pieces(&content[index(start)..index(start + bytes)]);
        let expected = self.model.send(number, start, bytes);
        let uploader = &self.dids[upload.person];
        let (sent, etag) = if upload.parts.is_some() {
            let number = u16::try_from(part).unwrap();
            let stored = self.hold.put_part(uploader, id, number, body).await;
            (outcome(&stored), stored.ok().map(|stored| stored.etag))
        } else {
            let owner = self.owner_of(upload.person);
            let appended = self.hold.append_upload(&owner, id, Some(start), body).await;
            (outcome(&appended), None)
        };
        assert_eq!(sent, expected, "history {}", self.number);
        self.count(expected);
        if let Some(upload) = self.model.uploads.get_mut(&number)
            && let (Some(parts), Some(etag)) = (&mut upload.parts, etag)
        {
            parts.truncate(part - 1);
            parts.push((bytes, etag));
        }
        expected == Outcome::Done
    }

    /// Sends what is missing and ends the upload, now and then with another digest than its own.
    async fn complete(&mut self) {
        let is_new = self.model.uploads.is_empty() || self.random.random_bool(0.6);
        let number = if is_new {
            self.start().await
        } else {
            self.an_upload()
        };
        let Some(number) = number else {
            return;
        };
        let upload = self.model.uploads[&number].clone();
        let id = &upload.id;
        let is_it = !self.random.random_bool(0.05);
        let digest = if is_it {
            self.digest(upload.blob)
        } else {
            manifest(0)
        };
        let missing = self.model.sizes[upload.blob] - upload.come;
        let (expected, completed) = if let Some(parts) = &upload.parts {
            let part = parts.len() + 1;
            if missing > 0 && !self.send_bytes(number, upload.come, missing, part).await {
                return;
            }
            let parts = self.model.uploads[&number]
                .parts
                .clone()
                .unwrap_or_default();
            let named: Vec<_> = (1..).zip(parts.into_iter().map(|(_, etag)| etag)).collect();
            let uploader = &self.dids[upload.person];
            let expected = self.model.complete(number, is_it);
            let hold = &self.hold;
            (
                expected,
                hold.complete_upload_in_parts(uploader, id, &digest, &named)
                    .await,
            )
        } else {
            let sent = self.model.send(number, upload.come, missing);
            let expected = match sent {
                Outcome::Done => self.model.complete(number, is_it),
                refused => refused,
            };
            let content = self.content(upload.blob);
            let last = in_pieces(&content[usize::try_from(upload.come).unwrap()..]);
            let owner = self.owner_of(upload.person);
            let come = Some(upload.come);
            (
                expected,
                self.hold
                    .complete_upload(&owner, id, &digest, come, last)
                    .await,
            )
        };
        assert_eq!(outcome(&completed), expected, "history {}", self.number);
        self.count(expected);
        self.met.stored += u64::from(expected == Outcome::Done);
    }

    async fn abort(&mut self) {
        let Some(number) = self.an_upload() else {
            return;
        };
        let upload = self.model.uploads[&number].clone();
        let aborted = if upload.parts.is_some() {
            let uploader = &self.dids[upload.person];
            self.hold.abort_upload_in_parts(uploader, &upload.id).await
        } else {
            self.hold
                .cancel_upload(&self.owner_of(upload.person), &upload.id)
                .await
        };
        let is_denied = upload.parts.is_none() && !self.model.may_write(upload.person);
        assert_eq!(
            outcome(&aborted) == Outcome::Denied,
            is_denied,
            "history {}",
            self.number
        );
        if !is_denied {
            self.model.end(number);
        }
    }

    /// A manifest of some blobs, or an index of manifests. What it names may be there or not.
    async fn notify(&mut self) {
        let person = self.anybody();
        let repository = self.random.random_range(0..REPOSITORIES.len());
        let number = self.random.random_range(0..MANIFESTS);
        let mut blobs = BTreeSet::new();
        let mut children = Vec::new();
        if INDEXES.contains(&number) {
            children = (0..INDEXES.start).choose_multiple(&mut self.random, 2);
        } else {
            let count = self.random.random_range(1..4);
            blobs.extend((0..self.model.sizes.len()).choose_multiple(&mut self.random, count));
        }
        let layers = blobs.iter().map(|blob| LayerUse {
            digest: self.digest(*blob),
            size: 1,
            media_type: "application/octet-stream".to_owned(),
        });
        let notice = ManifestNotice {
            owner: self.dids[person].clone(),
            repository: REPOSITORIES[repository].parse().unwrap(),
            manifest: manifest(number),
            media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
            tag: None,
            layers: layers.collect(),
            children: children.iter().map(|child| manifest(*child)).collect(),
        };
        let key = (person, repository, number);
        let (expected, added) = self.model.notify(key, &blobs, &children);
        let noted = self.hold.notify_manifest(&notice).await;
        assert_eq!(outcome(&noted), expected, "history {}", self.number);
        self.count(expected);
        if let Ok(noted) = noted {
            assert_eq!(noted.layers_created, added, "history {}", self.number);
            self.met.noted += 1;
        }
    }

    async fn forget(&mut self) {
        let keys: Vec<_> = self.model.layers.keys().copied().collect();
        let Some(key) = keys.choose(&mut self.random).copied() else {
            return;
        };
        self.model.layers.remove(&key);
        let (person, repository, number) = key;
        let repository = REPOSITORIES[repository].parse().unwrap();
        let owner = &self.dids[person];
        self.hold
            .forget_manifest(owner, &repository, &manifest(number))
            .await
            .unwrap();
    }

    fn wait(&mut self) {
        let minutes = self.random.random_range(1..70);
        self.advance(TimeDelta::minutes(minutes));
    }

    /// What runs now and then.
    async fn purge(&mut self) {
        let idle_for = TimeDelta::milliseconds(IDLE_FOR);
        let reaped = self.hold.reap_abandoned_uploads(idle_for).await.unwrap();
        let expected = self.model.reap();
        assert_eq!(usize::try_from(reaped.uploads).unwrap(), expected);
        self.met.expired += reaped.uploads;
        self.hold.purge_reservations().await.unwrap();
    }

    async fn change_tier(&mut self) {
        let person = self.random.random_range(1..self.dids.len());
        let rank = self.random.random_range(0..TIERS.len());
        let (name, bytes) = TIERS[rank];
        let is_member = self.model.people[person].limit.is_some();
        if self.random.random_bool(0.5) {
            let changed = self
                .hold
                .set_tier(&self.dids[0], &self.dids[person], rank)
                .await
                .unwrap();
            assert_eq!(changed.as_deref(), is_member.then_some(name));
            if is_member {
                self.model.people[person].limit = Some(bytes);
            }
        } else if is_member {
            let tier = TierChange::Named(name.to_owned());
            let change = CrewChange {
                tier,
                ..CrewChange::default()
            };
            self.join(person, change).await;
            self.model.people[person].limit = Some(bytes);
        }
    }

    /// Joins the crew with the usual tier, or changes in it.
    pub(super) async fn join(&mut self, person: usize, change: CrewChange) {
        let captain = did(CAPTAIN);
        self.hold
            .set_crew_member(&captain, &self.dids[person], change)
            .await
            .unwrap();
        let limit = &mut self.model.people[person].limit;
        *limit = limit.or(Some(TIERS[0].1));
    }

    async fn remove_member(&mut self) {
        let person = self.random.random_range(1..self.dids.len());
        if self.model.people[person].limit.take().is_some() {
            let captain = did(CAPTAIN);
            self.hold
                .remove_crew_member(&captain, &self.dids[person])
                .await
                .unwrap();
        }
    }

    /// Has everything removed that is theirs.
    pub(super) async fn leave(&mut self, person: usize) {
        self.hold
            .delete_user_data(&self.dids[person])
            .await
            .unwrap();
        self.model.remove_everything_of(person);
    }
}
