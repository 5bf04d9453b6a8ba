//! Freeing space that nothing uses, while everything goes on.
//!
//! A blob is needed when a layer record names it, when it was promised to somebody, or when somebody claimed it
//! within the grace: stored it, found it, pushed it, or stopped using it. What is not needed goes into quarantine,
//! where nobody finds it but a push that names it brings it back; after another grace its bytes are removed.
//! Whoever removes bytes and whoever stores the same bytes take turns.
//!
//! Layer records are read from the repo first. If one of them cannot be read, nothing is collected: a root that is
//! not understood may need anything.

use std::collections::HashSet;

use chrono::TimeDelta;
use lexicon::{HoldLayer, Record as _};
use oci::Digest;

use super::{Hold, HoldError};
use crate::db::GarbageRow;

/// Blobs looked at in one go.
const BATCH: i64 = 500;
/// Records read in one go.
const RECORDS: u16 = 500;

/// Whether to free or only to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// Frees what can be freed.
    Free,
    /// Changes nothing.
    DryRun,
}

/// Blobs and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// How many.
    pub blobs: u64,
    /// Their bytes together.
    pub bytes: u64,
}

impl Amount {
    fn add(&mut self, row: &GarbageRow) {
        self.blobs += 1;
        self.bytes += row.size;
    }
}

/// What a collection did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GarbageReport {
    /// Blobs that layer records need, or that were claimed within the grace.
    pub kept: Amount,
    /// Blobs that go into quarantine.
    pub quarantined: Amount,
    /// Blobs whose quarantine is over, and that are removed.
    pub removed: Amount,
    /// Uploaded blobs of records that no record refers to, and that are removed.
    pub record_blobs: u64,
    /// The first digests that go into quarantine or away, at most 1000.
    pub digests: Vec<String>,
}

/// The most digests that a report names.
const MAX_NAMED: usize = 1000;

impl Hold {
    /// Collects garbage that is older than `grace`, or tells what it would collect.
    pub async fn collect_garbage(
        &self,
        grace: TimeDelta,
        collection: Collection,
    ) -> Result<GarbageReport, HoldError> {
        let marked = self.mark().await?;
        let now = self.inner.clock.now_millis();
        let cutoff = now - grace.num_milliseconds();
        let mut report = GarbageReport::default();
        // What is over first, so that nothing goes into quarantine and out of it in one run.
        self.sweep(cutoff, collection, &mut report).await?;
        self.quarantine(&marked, cutoff, now, collection, &mut report)
            .await?;
        if collection == Collection::Free {
            report.record_blobs = self.remove_unused_record_blobs(cutoff).await?;
        }
        let (blobs, bytes) = self.database().count_hold_blobs().await?;
        report.kept = Amount {
            blobs: blobs.cast_unsigned(),
            bytes: bytes.cast_unsigned(),
        };
        if collection == Collection::DryRun {
            report.kept.blobs -= report.quarantined.blobs.min(report.kept.blobs);
            report.kept.bytes -= report.quarantined.bytes.min(report.kept.bytes);
        }
        Ok(report)
    }

    /// The digests that layer records name.
    async fn mark(&self) -> Result<HashSet<String>, HoldError> {
        let collection = HoldLayer::collection();
        let unreadable = |what: String| HoldError::Repo(super::RepoError::Damaged(what));
        let mut marked = HashSet::new();
        let mut after: Option<String> = None;
        loop {
            let page = self
                .repo()
                .list_records(&collection, after.as_deref(), false, RECORDS)
                .await?;
            for record in &page.records {
                let layer = HoldLayer::from_value(&record.value.to_json()).map_err(|error| {
                    let reason = super::record_rules::reason_of(&error);
                    unreadable(format!(
                        "the layer record {} is not one: {reason}",
                        record.rkey
                    ))
                })?;
                marked.insert(super::layer_digest::from_record(&layer.digest));
            }
            after = page.records.last().map(|record| record.rkey.to_string());
            if !page.has_more || after.is_none() {
                break;
            }
        }
        // A record whose block is lost is in no page. Asked for at the end and in one look: records come and go
        // meanwhile.
        if let Some(key) = self.repo().find_record_without_block(&collection).await? {
            return Err(unreadable(format!(
                "the block of the layer record {key} is missing"
            )));
        }
        Ok(marked)
    }

    async fn quarantine(
        &self,
        marked: &HashSet<String>,
        cutoff: i64,
        now: i64,
        collection: Collection,
        report: &mut GarbageReport,
    ) -> Result<(), HoldError> {
        let mut after = String::new();
        loop {
            let rows = self
                .database()
                .list_garbage(cutoff, now, &after, BATCH)
                .await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after.clone_from(&last.digest);
            for row in rows.iter().filter(|row| !marked.contains(&row.digest)) {
                let goes = match collection {
                    Collection::DryRun => true,
                    Collection::Free => self.quarantine_one(&row.digest, cutoff, now).await?,
                };
                if goes {
                    report.quarantined.add(row);
                    name(report, &row.digest);
                }
            }
        }
    }

    async fn quarantine_one(&self, digest: &str, cutoff: i64, now: i64) -> Result<bool, HoldError> {
        let mut transaction = self.database().begin().await?;
        let goes = transaction.quarantine_blob(digest, cutoff, now).await?;
        transaction.commit().await?;
        if goes && let Ok(digest) = digest.parse() {
            self.inner.blob_sizes.forget(&digest);
        }
        Ok(goes)
    }

    async fn sweep(
        &self,
        cutoff: i64,
        collection: Collection,
        report: &mut GarbageReport,
    ) -> Result<(), HoldError> {
        let mut after = String::new();
        loop {
            let rows = self
                .database()
                .list_quarantined(cutoff, &after, BATCH)
                .await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after.clone_from(&last.digest);
            for row in &rows {
                let goes = match collection {
                    Collection::DryRun => true,
                    Collection::Free => self.remove_quarantined(&row.digest).await?,
                };
                if goes {
                    report.removed.add(row);
                    name(report, &row.digest);
                }
            }
        }
    }

    /// Removes the bytes of a blob in quarantine. `false` when it was restored or stored again.
    async fn remove_quarantined(&self, text: &str) -> Result<bool, HoldError> {
        let Ok(digest) = text.parse::<Digest>() else {
            return Ok(false);
        };
        let _turn = self.inner.blob_turns.lock(digest.clone()).await;
        let mut transaction = self.database().begin().await?;
        let is_there = transaction.begin_blob_removal(text).await?;
        transaction.commit().await?;
        if !is_there {
            return Ok(false);
        }
        // A crash from here on leaves a row that says so, and the next collection goes on.
        let mut transaction = self.database().begin().await?;
        transaction.lock_blob(text).await?;
        if !transaction.end_quarantine(text).await? {
            return Ok(false);
        }
        if !transaction.is_record_blob(text).await? {
            self.blob_store().remove(&digest).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    async fn remove_unused_record_blobs(&self, cutoff: i64) -> Result<u64, HoldError> {
        let mut transaction = self.database().begin().await?;
        let digests = transaction.delete_unused_record_blobs(cutoff).await?;
        transaction.commit().await?;
        let mut removed = 0;
        for text in digests {
            let Ok(digest) = text.parse::<Digest>() else {
                continue;
            };
            let _turn = self.inner.blob_turns.lock(digest.clone()).await;
            let mut transaction = self.database().begin().await?;
            transaction.lock_blob(&text).await?;
            // The same bytes may be a layer, or have been uploaded again.
            if !transaction.is_layer_blob(&text).await?
                && !transaction.is_record_blob(&text).await?
            {
                self.blob_store().remove(&digest).await?;
                removed += 1;
            }
            transaction.commit().await?;
        }
        Ok(removed)
    }
}

fn name(report: &mut GarbageReport, digest: &str) {
    if report.digests.len() < MAX_NAMED {
        report.digests.push(digest.to_owned());
    }
}

#[cfg(test)]
mod tests;
