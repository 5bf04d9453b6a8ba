//! Tells holds how often repositories were pulled.

use std::time::Duration;

use crate::registry::Registry;

/// How long a pull may wait to be counted.
const INTERVAL: Duration = Duration::from_secs(5);

/// Runs until it is aborted.
pub async fn count_pulls(registry: &Registry) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        registry.deliver_pull_counts().await;
    }
}
