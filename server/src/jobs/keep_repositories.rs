//! Goes on with deletions that a server left behind, and applies retention rules once a day.

use std::time::Duration;

use super::report;
use crate::repositories::{OwnerError, Repositories};

/// How often it is looked for work.
const INTERVAL: Duration = Duration::from_mins(1);

/// Looks after people's repositories, for ever.
pub async fn keep_repositories(repositories: &Repositories) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        report(
            "deletions that were left behind did not go on",
            Box::pin(repositories.resume_deletions()).await,
        );
        report(
            "retention rules were not applied",
            apply_retentions(repositories).await,
        );
    }
}

/// A batch at a time, until no repository is due.
async fn apply_retentions(repositories: &Repositories) -> Result<(), OwnerError> {
    while Box::pin(repositories.apply_due_retentions()).await? > 0 {}
    Ok(())
}
