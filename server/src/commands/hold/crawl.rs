//! `longshore hold request-crawl`.

use std::fmt::Write as _;

use super::HoldCommandError;
use crate::app_state::relays;
use crate::config::{Config, HoldConfig};
use crate::network;

/// Asks every relay; a line for each. Fails when one of them was not reached or refused.
pub(super) async fn run(
    config: &Config,
    hold_config: &HoldConfig,
) -> Result<String, HoldCommandError> {
    let outcomes = relays(hold_config, network::outbound_client(config)?)
        .request_crawl()
        .await;
    if outcomes.is_empty() {
        return Err(HoldCommandError::NoRelays);
    }
    let has_failed = outcomes.iter().any(|(_, outcome)| outcome.is_err());
    let mut text = String::new();
    for (relay, outcome) in outcomes {
        let said = match outcome {
            Ok(()) => "follows the hold".to_owned(),
            Err(error) => error.to_string(),
        };
        writeln!(text, "{}\t{said}", relay.as_str().trim_end_matches('/'))
            .expect("a text takes text");
    }
    if has_failed {
        return Err(HoldCommandError::Relays(text));
    }
    Ok(text)
}
