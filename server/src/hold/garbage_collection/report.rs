//! What a collection tells.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::Collection;

/// The most digests that a report names.
const MAX_NAMED: usize = 1000;

/// Blobs and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// How many.
    pub blobs: u64,
    /// Their bytes together.
    pub bytes: u64,
}

impl Amount {
    pub(in crate::hold) fn add(&mut self, bytes: u64) {
        self.blobs += 1;
        self.bytes += bytes;
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            blobs: self.blobs + other.blobs,
            bytes: self.bytes + other.bytes,
        }
    }

    /// What is left without `other`, of which some may have come or gone since it was counted.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self {
            blobs: self.blobs.saturating_sub(other.blobs),
            bytes: self.bytes.saturating_sub(other.bytes),
        }
    }
}

/// Why blobs stay. Each is counted once, for the first reason that holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptFor {
    /// Layer records name them.
    pub layer_records: Amount,
    /// They were promised to somebody whose manifest is still to come.
    pub promises: Amount,
    /// They were stored, found or no longer used within the grace.
    pub grace: Amount,
}

/// What a collection did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GarbageReport {
    /// Blobs whose quarantine is over, and that are removed.
    pub removed: Amount,
    /// Uploaded blobs of records that no record refers to, and that are removed.
    pub record_blobs: Amount,
    /// Bytes in the store that nobody knows, left by a crash, and that are removed.
    pub orphans: Amount,
    /// Blobs that go into quarantine: the next collection after another grace removes them.
    pub quarantined: Amount,
    /// Blobs in quarantine afterwards, those included.
    pub in_quarantine: Amount,
    /// Blobs that stay.
    pub kept: Amount,
    /// Why they stay.
    pub kept_for: KeptFor,
    /// Bytes in the store that nobody knows and that stay all the same: there are more of them than blobs, so that
    /// this may be the wrong database.
    pub kept_orphans: Amount,
    /// The first digests that go into quarantine or away, at most 1000.
    pub digests: Vec<String>,
    /// The same with their sizes and what becomes of each.
    #[serde(default)]
    pub items: Vec<GarbageItem>,
}

/// A blob that goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GarbageItem {
    /// Which.
    pub digest: String,
    /// Its bytes.
    pub size: u64,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a blob that nothing needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fate {
    /// Its quarantine is over: it is removed.
    Now,
    /// It goes into quarantine, and is removed by a collection after another grace.
    Later,
    /// The hold does not know it, and it is removed.
    Orphan,
}

impl GarbageReport {
    /// Bytes that there are afterwards which were taken before.
    pub fn freed_bytes(&self) -> u64 {
        self.removed
            .plus(self.record_blobs)
            .plus(self.orphans)
            .bytes
    }

    pub(super) fn name(&mut self, digest: &str, size: u64, fate: Fate) {
        if self.digests.len() < MAX_NAMED {
            self.digests.push(digest.to_owned());
            self.items.push(GarbageItem {
                digest: digest.to_owned(),
                size,
                fate,
            });
        }
    }
}

/// A report as whoever asked for the collection gets it (dev.longshore.hold.collectGarbage).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CollectionAnswer {
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// How long what nothing uses is kept.
    pub grace_minutes: i64,
    /// Bytes that there are afterwards which were taken before.
    pub freed_bytes: u64,
    /// What was done, or would be.
    #[serde(flatten)]
    pub report: GarbageReport,
}

impl CollectionAnswer {
    /// The answer to who asked for `collection` with this grace.
    pub fn new(report: GarbageReport, collection: Collection, grace: TimeDelta) -> Self {
        Self {
            dry_run: collection == Collection::DryRun,
            grace_minutes: grace.num_minutes(),
            freed_bytes: report.freed_bytes(),
            report,
        }
    }
}
