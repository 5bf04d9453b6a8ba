//! Freeing space that nothing uses, while everything goes on.
//!
//! A blob is needed when a layer record names it, when it was promised to somebody, or when somebody claimed it
//! within the grace: stored it, found it, pushed it, or stopped using it. What is not needed goes into quarantine,
//! where nobody finds it but a push that names it brings it back; after another grace its bytes are removed.
//! Whoever removes bytes and whoever stores the same bytes take turns.
//!
//! Layer records are read from the repo first. If one of them cannot be read, nothing is collected: a root that is
//! not understood may need anything.

use atproto::syntax::Did;
use chrono::TimeDelta;

use super::uploads::in_own_task;
use super::{Hold, HoldError};
use crate::db::KeptRow;

mod mark;
mod orphans;
mod quarantine;
mod record_blobs;
mod report;
mod requests;

pub use report::{Amount, CollectionAnswer, GarbageReport, KeptFor};
pub use requests::CollectionOutcome;

/// Blobs looked at in one go.
const BATCH: i64 = 500;

/// Whether to free or only to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// Frees what can be freed.
    Free,
    /// Changes nothing.
    DryRun,
}

impl Hold {
    /// As [`Self::collect_garbage`], for the captain or a member with `crew:admin`. Goes on when nobody waits for it
    /// any more.
    pub async fn collect_garbage_for(
        &self,
        by: &Did,
        grace: TimeDelta,
        collection: Collection,
    ) -> Result<GarbageReport, HoldError> {
        self.permit_administration(by).await?;
        let hold = self.clone();
        in_own_task(async move { hold.collect_garbage(grace, collection).await }).await
    }

    /// Collects garbage that is older than `grace`, or tells what it would collect. One collection at a time in this
    /// process; several processes may collect at once.
    pub async fn collect_garbage(
        &self,
        grace: TimeDelta,
        collection: Collection,
    ) -> Result<GarbageReport, HoldError> {
        let _alone = self.inner.collecting.lock().await;
        let marked = self.mark().await?;
        let now = self.inner.clock.now_millis();
        let cutoff = now - grace.num_milliseconds();
        let mut report = GarbageReport::default();
        // What is over first, so that nothing goes into quarantine and out of it in one run.
        self.sweep(cutoff, collection, &mut report).await?;
        self.quarantine(&marked, cutoff, now, collection, &mut report)
            .await?;
        self.remove_unused_record_blobs(grace, collection, &mut report)
            .await?;
        self.count_kept(cutoff, now, collection, &mut report)
            .await?;
        self.remove_orphans(cutoff, collection, &mut report).await?;
        Ok(report)
    }

    /// Says what is left and why; after a dry run, what would be.
    async fn count_kept(
        &self,
        cutoff: i64,
        now: i64,
        collection: Collection,
        report: &mut GarbageReport,
    ) -> Result<(), HoldError> {
        let mut unneeded = Amount::default();
        for row in self.database().sum_hold_blobs(cutoff, now).await? {
            let amount = Amount {
                blobs: row.blobs,
                bytes: row.bytes,
            };
            match row.why.as_str() {
                KeptRow::LAYER => report.kept_for.layer_records = amount,
                KeptRow::PROMISE => report.kept_for.promises = amount,
                KeptRow::GRACE => report.kept_for.grace = amount,
                _ => unneeded = amount,
            }
        }
        let (blobs, bytes) = self.database().count_quarantined().await?;
        report.in_quarantine = Amount { blobs, bytes };
        if collection == Collection::DryRun {
            unneeded = unneeded.without(report.quarantined);
            report.in_quarantine = report
                .in_quarantine
                .without(report.removed)
                .plus(report.quarantined);
        }
        // What is left of these is named by records that are not derived, or came a moment ago.
        let kept_for = &mut report.kept_for;
        kept_for.layer_records = kept_for.layer_records.plus(unneeded);
        report.kept = kept_for
            .layer_records
            .plus(kept_for.promises)
            .plus(kept_for.grace);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
