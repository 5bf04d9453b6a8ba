//! What a hold should answer and keep, reckoned without it.

use std::collections::{BTreeMap, BTreeSet};

/// How long a promise holds, in milliseconds.
const PROMISED_FOR: i64 = 60 * 60 * 1000;
/// How long an idle upload lives, in milliseconds: less than what it was promised.
pub(super) const IDLE_FOR: i64 = PROMISED_FOR / 2;

/// Tiers, in bytes; the first is the default. A blob has up to [`MAX_BLOB`].
pub(super) const TIERS: [(&str, u64); 3] = [("small", 1000), ("medium", 2500), ("large", 6000)];
/// The largest blob in bytes.
pub(super) const MAX_BLOB: u64 = 700;

/// How a step ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Denied,
    Exceeded,
    Mismatch,
}

/// Whom bytes are promised to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PromisedTo {
    Upload(usize),
    Blob(usize),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Promise {
    size: u64,
    until: i64,
}

/// Somebody who may be in the crew. The first person is the captain.
#[derive(Debug, Default)]
pub(super) struct Person {
    /// What they may have; `None` outside the crew.
    pub(super) limit: Option<u64>,
    promises: BTreeMap<PromisedTo, Promise>,
}

/// An upload in flight, by the order in which they began.
#[derive(Debug, Clone)]
pub(super) struct OpenUpload {
    pub(super) id: String,
    pub(super) person: usize,
    pub(super) blob: usize,
    pub(super) come: u64,
    /// Whether it is one in numbered parts: the sizes and tags of those that came.
    pub(super) parts: Option<Vec<(u64, String)>>,
    pub(super) last_active: i64,
}

/// Person, repository and manifest.
pub(super) type ManifestKey = (usize, usize, usize);

/// All of it.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) now: i64,
    /// Sizes of blobs by number.
    pub(super) sizes: Vec<u64>,
    pub(super) stored: BTreeSet<usize>,
    pub(super) people: Vec<Person>,
    pub(super) uploads_begun: usize,
    pub(super) uploads: BTreeMap<usize, OpenUpload>,
    pub(super) layers: BTreeMap<ManifestKey, BTreeSet<usize>>,
}

impl Model {
    /// The captain, and nobody else in the crew.
    pub(super) fn new(now: i64, sizes: Vec<u64>, people: usize) -> Self {
        Self {
            now,
            sizes,
            stored: BTreeSet::new(),
            people: (0..people).map(|_| Person::default()).collect(),
            uploads_begun: 0,
            uploads: BTreeMap::new(),
            layers: BTreeMap::new(),
        }
    }

    pub(super) fn may_write(&self, person: usize) -> bool {
        person == 0 || self.people[person].limit.is_some()
    }

    /// The blobs that somebody's manifests use.
    pub(super) fn used_by(&self, person: usize) -> BTreeSet<usize> {
        let of_person = self.layers.range((person, 0, 0)..(person + 1, 0, 0));
        of_person
            .flat_map(|(_, blobs)| blobs.iter().copied())
            .collect()
    }

    pub(super) fn bytes_of(&self, blobs: &BTreeSet<usize>) -> u64 {
        blobs.iter().map(|blob| self.sizes[*blob]).sum()
    }

    /// What is left to somebody beside `except`; `None` without a limit.
    pub(super) fn left_to(&self, person: usize, except: Option<&PromisedTo>) -> Option<u64> {
        let limit = self.people[person].limit?;
        let used = self.used_by(person);
        let promised: u64 = self.people[person]
            .promises
            .iter()
            .filter(|(to, promise)| {
                let is_counted = matches!(to, PromisedTo::Blob(blob) if used.contains(blob));
                promise.until > self.now && Some(*to) != except && !is_counted
            })
            .map(|(_, promise)| promise.size)
            .sum();
        Some(limit.saturating_sub(self.bytes_of(&used) + promised))
    }

    fn promise(&mut self, person: usize, to: PromisedTo, size: u64) {
        let until = self.now + PROMISED_FOR;
        let promise = Promise { size, until };
        self.people[person].promises.insert(to, promise);
    }

    /// Whether somebody may open an upload that announces a size.
    pub(super) fn may_start(&self, person: usize, announced: Option<u64>) -> Outcome {
        if !self.may_write(person) {
            return Outcome::Denied;
        }
        match (self.left_to(person, None), announced) {
            (Some(left), Some(announced)) if announced > left => Outcome::Exceeded,
            _ => Outcome::Done,
        }
    }

    /// An upload that was opened. Returns its number.
    pub(super) fn start(&mut self, upload: OpenUpload, announced: Option<u64>) -> usize {
        let (number, person) = (self.uploads_begun, upload.person);
        if let (Some(announced), Some(_)) = (announced, self.people[person].limit) {
            self.promise(person, PromisedTo::Upload(number), announced);
        }
        self.uploads.insert(number, upload);
        self.uploads_begun += 1;
        number
    }

    /// Bytes come, behind the first `start` of an upload.
    pub(super) fn send(&mut self, number: usize, start: u64, bytes: u64) -> Outcome {
        let person = self.uploads[&number].person;
        if !self.may_write(person) {
            return Outcome::Denied;
        }
        let come = start + bytes;
        let to = PromisedTo::Upload(number);
        if let Some(left) = self.left_to(person, Some(&to)).filter(|_| bytes > 0) {
            if come > left {
                self.end(number);
                return Outcome::Exceeded;
            }
            let before = self.people[person].promises.get(&to);
            let before = before.filter(|promise| promise.until > self.now);
            let promised = before.map_or(come, |before| before.size.max(come).min(left));
            self.promise(person, to, promised);
        }
        let now = self.now;
        if let Some(upload) = self.uploads.get_mut(&number).filter(|_| bytes > 0) {
            upload.come = come;
            upload.last_active = now;
        }
        Outcome::Done
    }

    /// Everything has come, and is to be the upload's blob, or another one.
    pub(super) fn complete(&mut self, number: usize, is_it: bool) -> Outcome {
        let upload = self.uploads[&number].clone();
        let (person, blob) = (upload.person, upload.blob);
        let left = self.left_to(person, Some(&PromisedTo::Upload(number)));
        if !self.may_write(person) {
            if upload.parts.is_some() {
                self.end(number);
            }
            return Outcome::Denied;
        }
        self.end(number);
        if !is_it {
            return Outcome::Mismatch;
        }
        let size = self.sizes[blob];
        if left.is_some_and(|left| size > left) {
            return Outcome::Exceeded;
        }
        self.stored.insert(blob);
        if left.is_some() && !self.used_by(person).contains(&blob) {
            self.promise(person, PromisedTo::Blob(blob), size);
        }
        Outcome::Done
    }

    /// An upload is over.
    pub(super) fn end(&mut self, number: usize) {
        if let Some(upload) = self.uploads.remove(&number) {
            let promises = &mut self.people[upload.person].promises;
            promises.remove(&PromisedTo::Upload(number));
        }
    }

    /// A manifest is pushed that names blobs, and manifests of the same repository. Returns how many layers that adds.
    pub(super) fn notify(
        &mut self,
        key: ManifestKey,
        blobs: &BTreeSet<usize>,
        children: &[usize],
    ) -> (Outcome, usize) {
        let (person, repository, _) = key;
        if !self.may_write(person) {
            return (Outcome::Denied, 0);
        }
        let mut wanted: BTreeSet<usize> = blobs & &self.stored;
        for child in children {
            if let Some(blobs) = self.layers.get(&(person, repository, *child)) {
                wanted.extend(blobs);
            }
        }
        let known = self.layers.get(&key).cloned().unwrap_or_default();
        let added = &wanted - &known;
        let new = self.bytes_of(&(&added - &self.used_by(person)));
        let before = self.people[person].promises.clone();
        for blob in &added {
            let promises = &mut self.people[person].promises;
            promises.remove(&PromisedTo::Blob(*blob));
        }
        if self.left_to(person, None).is_some_and(|left| new > left) {
            self.people[person].promises = before;
            return (Outcome::Exceeded, 0);
        }
        self.layers.insert(key, wanted);
        (Outcome::Done, added.len())
    }

    /// Somebody has everything of theirs removed. The captain stays.
    pub(super) fn remove_everything_of(&mut self, person: usize) {
        self.layers.retain(|(whose, ..), _| *whose != person);
        self.uploads.retain(|_, upload| upload.person != person);
        self.people[person] = Person::default();
    }

    /// Uploads that were idle for too long end. Returns how many.
    pub(super) fn reap(&mut self) -> usize {
        let now = self.now;
        let idle = |upload: &OpenUpload| upload.last_active < now - IDLE_FOR;
        let ended: Vec<usize> = self
            .uploads
            .iter()
            .filter(|(_, upload)| idle(upload))
            .map(|(number, _)| *number)
            .collect();
        for number in &ended {
            self.end(*number);
        }
        ended.len()
    }
}
