//! Bytes in the store that no row speaks of: a crash came between the two.
//!
//! Where most of what the store has is unknown, it is rather the database that is wrong: an old backup, a new one,
//! another hold's. Then nothing is removed.

use std::collections::BTreeSet;

use futures::TryStreamExt as _;
use oci::Digest;

use super::super::{Hold, HoldError};
use super::Collection;
use super::report::Fate;
use super::run::Run;

/// The most that are looked at in one run; the next one goes on.
const MOST: usize = 100_000;

impl Hold {
    /// Removes what was written before the cutoff and nobody knows.
    pub(super) async fn remove_orphans(&self, run: &mut Run) -> Result<(), HoldError> {
        let orphans = self.find_orphans(run).await?;
        let known = run.report.kept.plus(run.report.in_quarantine).blobs;
        let is_plausible = orphans.len() as u64 <= known;
        if !is_plausible {
            tracing::error!(
                orphans = orphans.len(),
                blobs = known,
                "the store has more bytes that the database does not know than blobs, and nothing of them is removed; \
                 is this the database of this store?"
            );
        }
        for digest in orphans {
            if !run.goes_on(self, 1).await? {
                return Ok(());
            }
            let bytes = self.blob_store().stat(&digest).await?.unwrap_or_default();
            let goes = match run.collection {
                _ if !is_plausible => {
                    run.report.kept_orphans.add(bytes);
                    false
                }
                Collection::DryRun => true,
                Collection::Free => self.remove_if_unknown(&digest).await?,
            };
            if goes {
                run.report.orphans.add(bytes);
                run.report.name(&digest.to_string(), bytes, Fate::Orphan);
            }
        }
        Ok(())
    }

    async fn find_orphans(&self, run: &mut Run) -> Result<BTreeSet<Digest>, HoldError> {
        let mut orphans = BTreeSet::new();
        let mut blobs = self.blob_store().list_blobs();
        while let Some(blob) = blobs.try_next().await? {
            if !run.goes_on(self, 1).await? {
                break;
            }
            let is_old = blob.modified_at < run.cutoff;
            if is_old
                && !self
                    .database()
                    .is_known_blob(&blob.digest.to_string())
                    .await?
            {
                orphans.insert(blob.digest);
            }
            if orphans.len() >= MOST {
                break;
            }
        }
        Ok(orphans)
    }

    /// Removes bytes if nobody knows them by now: whoever makes them known has its turn before or after.
    pub(super) async fn remove_if_unknown(&self, digest: &Digest) -> Result<bool, HoldError> {
        let text = digest.to_string();
        let _turn = self.inner.blob_turns.lock(digest.clone()).await;
        let mut transaction = self.database().begin().await?;
        transaction.lock_blob(&text).await?;
        let is_unknown =
            !transaction.is_layer_blob(&text).await? && !transaction.is_record_blob(&text).await?;
        if is_unknown {
            self.blob_store().remove(digest).await?;
        }
        transaction.commit().await?;
        Ok(is_unknown)
    }
}
