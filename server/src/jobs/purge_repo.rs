//! Removes what the hold's repo no longer needs: blocks of earlier commits, and events that are too old.

use std::time::Duration;

use crate::hold::{HoldRepo, RepoError};

/// Removes blocks without use and events older than `event_retention`.
pub async fn purge_repo(repo: &HoldRepo, event_retention: Duration) -> Result<(), RepoError> {
    let blocks = repo.purge_blocks().await?;
    let events = repo.purge_events(event_retention).await?;
    if blocks + events > 0 {
        tracing::info!(
            blocks,
            events,
            "removed blocks and events that nobody needs any more"
        );
    }
    Ok(())
}
