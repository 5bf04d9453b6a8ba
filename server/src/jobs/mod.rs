//! Work that no request waits for, one file per job, and the runner that calls them.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinHandle;

use crate::accounts::{PdsSessionError, PdsSessions};
use crate::app_state::AppState;
use crate::config::Config;

pub mod collect_garbage;
pub mod index_catalog;
pub mod keep_accounts;
pub mod purge_repo;
pub mod purge_uploads;
pub mod reconcile_layers;
pub mod request_crawl;

/// How often the jobs look for work.
const INTERVAL: Duration = Duration::from_mins(10);

/// Runs every job now and then until the handle is aborted. Jobs may run on several replicas at once.
pub fn run(state: &AppState, config: &Config) -> JoinHandle<()> {
    let hold = state.hold.clone();
    let followed = hold.clone();
    let reconciliation = state.reconciliation();
    let relays = state.relays.clone();
    let sessions = state.sessions.clone();
    let upload_expiry =
        TimeDelta::from_std(config.registry.upload_expiry).unwrap_or(TimeDelta::MAX);
    let session_idle = config.registry.session_idle;
    let service_tokens = state.service_tokens.clone();
    let collected = hold.clone();
    let (gc_interval, gc_grace) = match &config.hold {
        Some(hold) => (hold.gc_interval, hold.gc_grace),
        None => (None, Duration::MAX),
    };
    let gc_grace = TimeDelta::from_std(gc_grace).unwrap_or(TimeDelta::MAX);
    let event_retention = config.hold.as_ref().map(|hold| hold.event_retention);
    let catalog = state.catalog.clone();
    let regular = async move {
        let mut ticks = tokio::time::interval(INTERVAL);
        loop {
            ticks.tick().await;
            if let Err(error) = purge_uploads::purge_uploads(&hold, upload_expiry).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "abandoned uploads were not removed"
                );
            }
            if let Err(error) = purge_sessions(&sessions, session_idle).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "idle PDS sessions were not ended"
                );
            }
            if let Err(error) = keep_accounts::keep_accounts(&hold, &service_tokens).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the hold's sums were not brought up to date"
                );
            }
            if let Some(retention) = event_retention
                && let Err(error) = purge_repo::purge_repo(hold.repo(), retention).await
            {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the hold's repo was not purged"
                );
            }
        }
    };
    tokio::spawn(async move {
        tokio::join!(
            regular,
            request_crawl::request_crawl(&relays),
            followed.follow_captain(),
            reconciliation.run(),
            index_catalog::index_catalog(&catalog),
            collect_garbage::collect_garbage(&collected, gc_interval, gc_grace)
        );
    })
}

/// Ends idle sessions a batch at a time, until there are none.
async fn purge_sessions(sessions: &PdsSessions, idle_for: Duration) -> Result<(), PdsSessionError> {
    loop {
        match sessions.purge_idle(idle_for).await? {
            0 => return Ok(()),
            ended => tracing::info!(sessions = ended, "ended PDS sessions that nobody used"),
        }
    }
}
