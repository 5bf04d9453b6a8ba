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

use super::activity::Actor;
use super::uploads::in_own_task;
use super::{Hold, HoldError};
use crate::db::KeptRow;

mod history;
mod mark;
mod orphans;
mod quarantine;
mod record_blobs;
mod report;
mod requests;
mod run;

pub(super) use history::Stops;
pub use history::{CollectionRun, CollectionState};
pub use report::{Amount, CollectionAnswer, Fate, GarbageItem, GarbageReport, KeptFor};
pub use requests::CollectionOutcome;
pub use run::{CollectionProgress, Phase};

use run::Run;

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
        let (hold, actor) = (self.clone(), self.actor(by));
        in_own_task(async move { hold.collect_garbage_as(&actor, grace, collection).await }).await
    }

    /// As [`Self::collect_garbage_as`], for nobody in particular: on schedule, or because the operator said so.
    pub async fn collect_garbage(
        &self,
        grace: TimeDelta,
        collection: Collection,
    ) -> Result<GarbageReport, HoldError> {
        let actor = if self.inner.settings.by_operator {
            Actor::Operator
        } else {
            Actor::Hold
        };
        self.collect_garbage_as(&actor, grace, collection).await
    }

    /// Collects garbage that is older than `grace`, or tells what it would collect. One collection at a time in this
    /// process; several processes may collect at once. What is freed is noted; a dry run is not.
    pub(super) async fn collect_garbage_as(
        &self,
        actor: &Actor,
        grace: TimeDelta,
        collection: Collection,
    ) -> Result<GarbageReport, HoldError> {
        let _alone = self.inner.collecting.lock().await;
        if collection == Collection::Free {
            let id = self.begin_collection(actor, grace).await?;
            return self.run_collection(id, actor, grace).await;
        }
        let now = self.inner.clock.now_millis();
        let mut run = Run::new(collection, now - grace.num_milliseconds(), now, None);
        self.collect(&mut run, grace).await?;
        Ok(run.report)
    }

    /// Whoever calls has the turn.
    async fn collect(&self, run: &mut Run, grace: TimeDelta) -> Result<(), HoldError> {
        let marked = self.mark(run).await?;
        if run.stopped_by().is_some() {
            // Some records were not read, so anything may be needed.
            return Ok(());
        }
        // What is over first, so that nothing goes into quarantine and out of it in one run.
        run.enter(Phase::Removing);
        self.sweep(run).await?;
        run.enter(Phase::Quarantining);
        self.quarantine(&marked, run).await?;
        if run.goes_on(self, 0).await? {
            self.remove_unused_record_blobs(grace, run).await?;
        }
        self.count_kept(run).await?;
        run.enter(Phase::SearchingStore);
        self.remove_orphans(run).await?;
        run.enter(Phase::Over);
        Ok(())
    }

    /// Says what is left and why; after a dry run, what would be.
    async fn count_kept(&self, run: &mut Run) -> Result<(), HoldError> {
        let collection = run.collection;
        let rows = self.database().sum_hold_blobs(run.cutoff, run.now).await?;
        let report = &mut run.report;
        let mut unneeded = Amount::default();
        for row in rows {
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
