//! Into quarantine, and from there away.

use std::collections::HashSet;

use oci::Digest;

use super::super::{Hold, HoldError};
use super::report::Fate;
use super::run::Run;
use super::{BATCH, Collection};

impl Hold {
    /// Puts what nothing needs into quarantine.
    pub(super) async fn quarantine(
        &self,
        marked: &HashSet<String>,
        run: &mut Run,
    ) -> Result<(), HoldError> {
        let (cutoff, now) = (run.cutoff, run.now);
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
                if !run.goes_on(self, 1).await? {
                    return Ok(());
                }
                let goes = match run.collection {
                    Collection::DryRun => true,
                    Collection::Free => self.quarantine_one(&row.digest, cutoff, now).await?,
                };
                if goes {
                    run.report.quarantined.add(row.size);
                    run.report.name(&row.digest, row.size, Fate::Later);
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

    /// Removes what has been in quarantine since before the cutoff.
    pub(super) async fn sweep(&self, run: &mut Run) -> Result<(), HoldError> {
        let mut after = String::new();
        loop {
            let rows = self
                .database()
                .list_quarantined(run.cutoff, &after, BATCH)
                .await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after.clone_from(&last.digest);
            for row in &rows {
                if !run.goes_on(self, 1).await? {
                    return Ok(());
                }
                let goes = match run.collection {
                    Collection::DryRun => true,
                    Collection::Free => self.remove_quarantined(&row.digest).await?,
                };
                if goes {
                    run.report.removed.add(row.size);
                    run.report.name(&row.digest, row.size, Fate::Now);
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
}
