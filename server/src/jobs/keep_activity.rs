//! What captains look back on: writes counted refusals, samples how much there is, and forgets what is long ago.

use std::time::Duration;

use crate::hold::{Hold, HoldError};

/// How often counted refusals are written.
const WRITE_EVERY: Duration = Duration::from_secs(15);
/// After how many of these times the rest is done: an hour.
const TIMES_PER_HOUR: u32 = 240;

/// Does so for ever.
pub async fn keep_activity(hold: &Hold) {
    let mut ticks = tokio::time::interval(WRITE_EVERY);
    let mut times = 0;
    loop {
        ticks.tick().await;
        let kept = if times % TIMES_PER_HOUR == 0 {
            keep(hold).await
        } else {
            hold.write_refusals().await.map_err(HoldError::from)
        };
        times = times.wrapping_add(1);
        super::report("the hold's log was not brought up to date", kept);
    }
}

async fn keep(hold: &Hold) -> Result<(), HoldError> {
    hold.write_refusals().await?;
    hold.sample_usage().await?;
    hold.purge_activity().await?;
    hold.purge_collections().await?;
    Ok(())
}
