//! Blobs that were uploaded for a record, and that no record refers to.

use chrono::TimeDelta;
use oci::Digest;

use super::super::{Hold, HoldError};
use super::Collection;
use super::run::Run;

/// A record may follow its blob an hour later. atproto.com/specs/blob
const LEAST_GRACE: TimeDelta = TimeDelta::hours(1);

impl Hold {
    pub(super) async fn remove_unused_record_blobs(
        &self,
        grace: TimeDelta,
        run: &mut Run,
    ) -> Result<(), HoldError> {
        let grace = grace.max(LEAST_GRACE);
        let cutoff = self.inner.clock.now_millis() - grace.num_milliseconds();
        let rows = match run.collection {
            Collection::DryRun => self.database().list_unused_record_blobs(cutoff).await?,
            Collection::Free => {
                let mut transaction = self.database().begin().await?;
                let rows = transaction.delete_unused_record_blobs(cutoff).await?;
                transaction.commit().await?;
                rows
            }
        };
        for row in rows {
            let Ok(digest) = row.digest.parse::<Digest>() else {
                continue;
            };
            let goes = match run.collection {
                Collection::DryRun => !self.database().is_layer_blob(&row.digest).await?,
                Collection::Free => self.remove_if_unknown(&digest).await?,
            };
            if goes {
                run.report.record_blobs.add(row.size);
            }
        }
        Ok(())
    }
}
