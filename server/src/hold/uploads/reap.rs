//! Ending uploads that nobody came back to.

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;

use super::super::{Hold, HoldError};
use crate::blob_store::Staging;

/// Uploads looked at in one go.
const BATCH: u32 = 500;

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReapedUploads {
    /// Uploads that were idle for too long.
    pub uploads: u64,
    /// Staged bytes that belonged to no upload: what a crash left behind.
    pub orphans: u64,
}

impl Hold {
    /// Ends uploads to which nothing was added for `older_than` and frees their space, then sweeps staged bytes
    /// of that age that belong to no upload. An upload that is being written to is left alone.
    pub async fn reap_abandoned_uploads(
        &self,
        older_than: TimeDelta,
    ) -> Result<ReapedUploads, HoldError> {
        let cutoff = self.inner.clock.now_millis() - older_than.num_milliseconds();
        let mut reaped = ReapedUploads::default();
        loop {
            let idle = self
                .database()
                .list_idle_hold_uploads(cutoff, BATCH)
                .await?;
            let mut ended = 0;
            for row in &idle {
                let Some(_lock) = self.inner.upload_locks.try_lock(&row.id) else {
                    continue;
                };
                if self.end_idle_upload(&row.id, cutoff).await? {
                    ended += 1;
                }
            }
            reaped.uploads += ended;
            if ended == 0 || idle.len() < BATCH as usize {
                break;
            }
        }
        reaped.orphans = self.sweep_orphans(older_than).await?;
        Ok(reaped)
    }

    async fn end_idle_upload(&self, id: &str, cutoff: i64) -> Result<bool, HoldError> {
        let mut transaction = self.database().begin().await?;
        let Some(staging) = transaction.delete_idle_hold_upload(id, cutoff).await? else {
            return Ok(false);
        };
        transaction.delete_reservation(id).await?;
        transaction.delete_upload_parts_from(id, 0).await?;
        transaction.commit().await?;
        self.blob_store().discard_staging(&Staging(staging)).await?;
        Ok(true)
    }

    async fn sweep_orphans(&self, older_than: TimeDelta) -> Result<u64, HoldError> {
        let stagings = self.database().list_hold_upload_stagings().await?;
        let claimed: HashSet<Staging> = stagings.into_iter().map(Staging).collect();
        // The age protects what is claimed after the list was read.
        let age = older_than.to_std().unwrap_or(Duration::ZERO);
        Ok(self.blob_store().sweep_staging(age, &claimed).await?)
    }
}
