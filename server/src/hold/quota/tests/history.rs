//! One history: a hold and its model, side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use atproto::syntax::Did;
use lexicon::{HoldLayer, Record as _};
use oci::Digest;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

use super::super::super::testing::*;
use super::super::super::{CrewChange, Hold};
use super::model::{MAX_BLOB, Model, Outcome};

/// The captain, members, and somebody who joins late or never.
const PEOPLE: usize = 4;
/// Blobs that manifests of a history name.
const BLOBS: usize = 12;

/// What happened, so that nobody trusts histories in which nothing did.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Met {
    pub(super) stored: u64,
    pub(super) noted: u64,
    pub(super) refused: u64,
    pub(super) denied: u64,
    pub(super) expired: u64,
    /// Steps after which somebody had not one byte left.
    pub(super) full: u64,
}

impl AddAssign for Met {
    fn add_assign(&mut self, other: Self) {
        self.stored += other.stored;
        self.noted += other.noted;
        self.refused += other.refused;
        self.denied += other.denied;
        self.expired += other.expired;
        self.full += other.full;
    }
}

/// Round ones, of which limits are made, and ones beside them.
fn some_size(random: &mut StdRng) -> u64 {
    let round = 50 * random.random_range(1..=MAX_BLOB / 50);
    *[round, round, round - 1, round + 1].choose(random).unwrap()
}

/// A history. Its people and blobs are its own, so that it goes the same way alone.
pub(super) struct History<'a> {
    folder: &'a HoldFolder,
    pub(super) hold: &'a Hold,
    pub(super) number: u64,
    pub(super) model: Model,
    pub(super) random: StdRng,
    pub(super) dids: Vec<Did>,
    pub(super) met: Met,
    /// What people used before the step.
    used: Vec<u64>,
}

impl<'a> History<'a> {
    pub(super) async fn begin(folder: &'a HoldFolder, hold: &'a Hold, number: u64) -> Self {
        let mut random = StdRng::seed_from_u64(number);
        let sizes = (0..BLOBS).map(|_| some_size(&mut random)).collect();
        let member = |person: usize| did(&format!("did:plc:history{number}member{person}"));
        let dids = std::iter::once(did(CAPTAIN)).chain((1..PEOPLE).map(member));
        let mut history = Self {
            folder,
            hold,
            number,
            model: Model::new(folder.clock.now_millis(), sizes, PEOPLE),
            random,
            dids: dids.collect(),
            met: Met::default(),
            used: vec![0; PEOPLE],
        };
        for person in 1..PEOPLE - 1 {
            history.join(person, CrewChange::default()).await;
        }
        history
    }

    pub(super) fn advance(&mut self, by: chrono::TimeDelta) {
        self.folder.clock.advance(by);
        self.model.now = self.folder.clock.now_millis();
    }

    /// The same bytes for the same number, and for no other.
    pub(super) fn content(&self, blob: usize) -> Vec<u8> {
        let name = format!("history {} blob {blob} ", self.number);
        let size = usize::try_from(self.model.sizes[blob]).unwrap();
        // Small ones differ as well.
        let hash = Digest::sha256_of(name.as_bytes());
        hash.hex().bytes().cycle().take(size).collect()
    }

    pub(super) fn digest(&self, blob: usize) -> Digest {
        Digest::sha256_of(&self.content(blob))
    }

    pub(super) fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Exceeded => self.met.refused += 1,
            Outcome::Denied => self.met.denied += 1,
            Outcome::Done | Outcome::Mismatch => {}
        }
    }

    /// Everybody's usage is what the layer records say, as anybody reads them, and what the model says; nobody got
    /// above their limit by the last step; and of uploads there is nothing but what is in flight.
    pub(super) async fn compare(&mut self) {
        let seed = self.number;
        let recorded = self.recorded().await;
        for person in 0..PEOPLE {
            let quota = self.hold.quota_of(&self.dids[person]).await.unwrap();
            let blobs = recorded.get(self.dids[person].as_str());
            let truth: u64 = blobs.map_or(0, |blobs| blobs.values().sum());
            assert_eq!(quota.used, truth, "history {seed}, person {person}");
            let unique = blobs.map_or(0, BTreeMap::len);
            assert_eq!(quota.unique_blobs, u64::try_from(unique).unwrap());
            let expected = self.model.bytes_of(&self.model.used_by(person));
            assert_eq!(truth, expected, "history {seed}, person {person}");

            if let Some(limit) = self.model.people[person].limit {
                assert_eq!(quota.limit, Some(limit), "history {seed}");
                assert!(truth <= limit.max(self.used[person]), "history {seed}");
                let left = self.left_to(person).await;
                assert_eq!(
                    Some(left),
                    self.model.left_to(person, None),
                    "history {seed}"
                );
                self.met.full += u64::from(left == 0);
            }
            self.used[person] = truth;
        }
        self.compare_staging().await;
    }

    async fn left_to(&self, person: usize) -> u64 {
        let limit = self
            .hold
            .limit_of(&self.dids[person])
            .await
            .unwrap()
            .unwrap();
        let mut transaction = self.hold.database().begin().await.unwrap();
        let room = self.hold.room(&mut transaction, &limit, "").await.unwrap();
        room.left
    }

    /// Sizes by person and digest, from the records alone.
    async fn recorded(&self) -> BTreeMap<String, BTreeMap<String, u64>> {
        let collection = HoldLayer::collection();
        let page = self
            .hold
            .repo()
            .list_records(&collection, None, false, u16::MAX);
        let mut recorded: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        for record in page.await.unwrap().records {
            let layer = HoldLayer::from_value(&record.value.to_json()).unwrap();
            let of_person = recorded.entry(layer.user_did.to_string()).or_default();
            if let Some(other) = of_person.insert(layer.digest, layer.size) {
                assert_eq!(other, layer.size, "a blob has one size");
            }
        }
        recorded
    }

    /// A second copy of a blob is removed behind the answer, so this waits.
    async fn compare_staging(&self) {
        let uploads = self.model.uploads.iter();
        // A file is made by the first bytes.
        let expected: BTreeSet<(String, u64)> = uploads
            .filter(|(_, upload)| upload.come > 0)
            .map(|(_, upload)| (upload.id.clone(), upload.come))
            .collect();
        loop {
            let staged: BTreeSet<_> = self.folder.files_below("staging").into_iter().collect();
            if staged == expected {
                return;
            }
            let missing: Vec<_> = expected.difference(&staged).collect();
            assert!(missing.is_empty(), "history {}: {missing:?}", self.number);
            tokio::task::yield_now().await;
        }
    }

    /// Everybody goes, and nothing of theirs is left.
    pub(super) async fn end(mut self) -> Met {
        for person in 0..PEOPLE {
            self.leave(person).await;
        }
        self.compare().await;
        assert!(self.recorded().await.is_empty());
        self.met
    }
}
