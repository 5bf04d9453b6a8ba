//! What the repo no longer needs, removed.

use atproto::syntax::Tid;
use chrono::TimeDelta;

use super::{HoldRepo, KEEP_DROPPED, RepoError};

/// Rows removed in one transaction, which writers wait for.
const BATCH: i64 = 2000;

impl HoldRepo {
    /// Removes blocks that no commit of the last [`KEEP_DROPPED`] needs; returns how many.
    pub async fn purge_blocks(&self) -> Result<u64, RepoError> {
        let cutoff = self.inner.clock.now() - KEEP_DROPPED;
        let micros = u64::try_from(cutoff.timestamp_micros()).unwrap_or(0);
        let rev = Tid::new(micros, 0).to_string();
        let mut removed = 0;
        loop {
            let mut transaction = self.inner.database.begin().await?;
            let batch = transaction.purge_repo_blocks(&rev, BATCH).await?;
            transaction.commit().await?;
            removed += batch;
            if batch == 0 {
                return Ok(removed);
            }
        }
    }

    /// Removes events older than `age`; returns how many. Whoever comes back for one of them is told.
    pub async fn purge_events(&self, age: TimeDelta) -> Result<u64, RepoError> {
        let cutoff = self.inner.clock.now() - age;
        let mut removed = 0;
        loop {
            let mut transaction = self.inner.database.begin().await?;
            let batch = transaction
                .purge_events(cutoff.timestamp_millis(), BATCH)
                .await?;
            transaction.commit().await?;
            removed += batch;
            if batch == 0 {
                return Ok(removed);
            }
        }
    }
}
