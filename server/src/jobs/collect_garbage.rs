//! Frees what nothing in the hold uses, now and then.

use std::time::Duration;

use chrono::TimeDelta;

use crate::hold::{Collection, Hold, human_bytes};

/// How long after its start a server first collects: by then those who pushed through the one before are back.
const FIRST_AFTER: Duration = Duration::from_mins(10);

/// How often requests are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);

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
                orphans = report.orphans.blobs,
                freed = human_bytes(report.freed_bytes()),
                quarantined = report.quarantined.blobs,
                kept = report.kept.blobs,
                "collected garbage"
            ),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "garbage was not collected, or not all of it"
            ),
        }
    }
}

/// Does what `longshore hold gc` asks for, for ever. Where several processes share the database, the command needs
/// nobody.
pub async fn answer_requests(hold: &Hold) {
    if hold.is_shared() {
        return;
    }
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        ticks.tick().await;
        match hold.answer_collection_requests().await {
            Ok(0) => {}
            Ok(answered) => tracing::info!(requests = answered, "collected garbage on demand"),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "garbage was not collected on demand, or not all of it"
            ),
        }
    }
}
