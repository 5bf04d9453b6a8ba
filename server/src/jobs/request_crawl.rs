//! Asks the relays to follow the hold.

use std::time::Duration;

use crate::clients::relay::Relays;

/// When to ask a relay again that could not be asked, after the first time: it may start beside us.
const AGAIN_AFTER: [Duration; 3] = [
    Duration::from_secs(30),
    Duration::from_mins(5),
    Duration::from_hours(1),
];

/// Asks once, and some more times as long as one of the relays does not take it.
pub async fn request_crawl(relays: &Relays) {
    for pause in AGAIN_AFTER {
        if ask(relays).await {
            return;
        }
        tokio::time::sleep(pause).await;
    }
    ask(relays).await;
}

/// Returns whether every relay took it.
async fn ask(relays: &Relays) -> bool {
    let mut all = true;
    for (relay, outcome) in relays.request_crawl().await {
        match outcome {
            Ok(()) => tracing::info!(relay = %relay, "asked a relay to follow the hold"),
            Err(error) => {
                all = false;
                tracing::warn!(
                    relay = %relay,
                    error = &error as &dyn std::error::Error,
                    "a relay was not asked to follow the hold"
                );
            }
        }
    }
    all
}
