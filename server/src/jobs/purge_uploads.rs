//! Ends uploads that nobody came back to and frees their space.

use chrono::TimeDelta;

use crate::hold::{Hold, HoldError, ReapedUploads};

/// Ends every upload of `hold` that was idle for `older_than`. Safe to run from several replicas at once.
pub async fn purge_uploads(hold: &Hold, older_than: TimeDelta) -> Result<ReapedUploads, HoldError> {
    let reaped = hold.reap_abandoned_uploads(older_than).await?;
    if reaped != ReapedUploads::default() {
        tracing::info!(
            hold.did = %hold.did(),
            uploads = reaped.uploads,
            orphans = reaped.orphans,
            "removed abandoned uploads"
        );
    }
    Ok(reaped)
}
