//! Frees what nothing in the hold uses, now and then.

use std::time::Duration;

use chrono::TimeDelta;

use crate::hold::{Collection, Hold, human_bytes};

/// How long after its start a server first collects: by then those who pushed through the one before are back.
const FIRST_AFTER: Duration = Duration::from_mins(10);

/// Collects every `interval` for ever; with no interval, never.
pub async fn collect_garbage(hold: &Hold, interval: Option<Duration>, grace: TimeDelta) {
    let Some(interval) = interval else {
        return;
    };
    let first = tokio::time::Instant::now() + FIRST_AFTER;
    let mut ticks = tokio::time::interval_at(first, interval);
    loop {
        ticks.tick().await;
        match hold.collect_garbage(grace, Collection::Free).await {
            Ok(report) => tracing::info!(
                removed = report.removed.blobs,
                freed = human_bytes(report.removed.bytes),
                quarantined = report.quarantined.blobs,
                kept = report.kept.blobs,
                "collected garbage"
            ),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "garbage was not collected; nothing was removed"
            ),
        }
    }
}
