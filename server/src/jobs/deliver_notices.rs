//! Tells holds what they could not be told when it happened.

use std::time::Duration;

use crate::registry::Registry;

/// How often notices are looked for.
const INTERVAL: Duration = Duration::from_secs(15);

/// Runs until it is aborted.
pub async fn deliver_notices(registry: &Registry) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        match registry.deliver_notices().await {
            Ok(0) => {}
            Ok(notices) => tracing::info!(notices, "told holds what they had missed"),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "notices for holds were not delivered"
            ),
        }
    }
}
