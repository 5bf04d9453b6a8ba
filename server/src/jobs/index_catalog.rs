//! Makes what was pushed findable, a few seconds after it was.

use std::time::Duration;

use crate::catalog::Catalog;

/// How often it is looked for what changed.
const INTERVAL: Duration = Duration::from_secs(5);
/// How long after a failure.
const AFTER_FAILURE: Duration = Duration::from_mins(1);

/// Brings what is searched up to date, for ever.
pub async fn index_catalog(catalog: &Catalog) {
    loop {
        let pause = match catalog.index_repositories().await {
            Ok(0) => INTERVAL,
            // There may be more.
            Ok(_) => Duration::ZERO,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "what is searched was not brought up to date"
                );
                AFTER_FAILURE
            }
        };
        tokio::time::sleep(pause).await;
    }
}
