//! Work that no request waits for, one file per job, and the runner that calls them.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::task::JoinHandle;

use crate::accounts::{PdsSessionError, PdsSessions};
use crate::app_state::AppState;
use crate::config::Config;

pub mod collect_garbage;
pub mod count_pulls;
pub mod deliver_notices;
pub mod index_catalog;
pub mod keep_accounts;
pub mod keep_activity;
pub mod keep_repositories;
pub mod purge_credentials;
pub mod purge_repo;
pub mod purge_uploads;
pub mod reconcile_layers;
pub mod request_crawl;

/// How often the jobs look for work.
const INTERVAL: Duration = Duration::from_mins(10);

/// Runs every job now and then until the handle is aborted. Jobs may run on several replicas at once.
pub fn run(state: &AppState, config: &Config) -> JoinHandle<()> {
    let hold = hold_jobs(state, config).map(Box::pin);
    let appview = Box::pin(appview_jobs(state, config));
    tokio::spawn(async move {
        tokio::join!(appview, async {
            if let Some(hold) = hold {
                hold.await;
            }
        });
    })
}

/// What the registry has to do, by itself and for holds elsewhere.
fn appview_jobs(state: &AppState, config: &Config) -> impl Future<Output = ()> + use<> {
    let (registry, sessions) = (state.registry.clone(), state.sessions.clone());
    let upload_expiry = upload_expiry(config);
    let session_idle = config.registry.session_idle;
    let (access_tokens, device_logins) = (state.access_tokens.clone(), state.device_logins.clone());
    let (browsers, invites) = (state.browsers.clone(), state.invites.clone());
    let personal_data = state.personal_data.clone();
    let regular = {
        let registry = registry.clone();
        async move {
            let mut ticks = tokio::time::interval(INTERVAL);
            loop {
                ticks.tick().await;
                report(
                    "idle PDS sessions were not ended",
                    purge_sessions(&sessions, session_idle).await,
                );
                purge_credentials::purge_credentials(&access_tokens, &device_logins).await;
                report("old invites were not forgotten", invites.purge().await);
                report(
                    "browsers whose time is over were not signed out",
                    browsers.purge().await,
                );
                report(
                    "archives of people's data were not removed",
                    personal_data.purge_exports().await,
                );
                report(
                    "abandoned uploads to other holds were not forgotten",
                    registry.forget_idle_uploads(upload_expiry).await,
                );
            }
        }
    };
    let catalog = state.catalog.clone();
    let repositories = state.repositories.clone();
    async move {
        tokio::join!(
            regular,
            deliver_notices::deliver_notices(&registry),
            count_pulls::count_pulls(&registry),
            index_catalog::index_catalog(&catalog),
            keep_repositories::keep_repositories(&repositories),
        );
    }
}

/// What a hold has to do; `None` where there is none.
fn hold_jobs(state: &AppState, config: &Config) -> Option<impl Future<Output = ()> + use<>> {
    let service = state.hold.as_ref()?;
    let settings = config.hold.as_ref()?;
    let hold = service.hold.clone();
    let (relays, service_tokens) = (service.relays.clone(), service.service_tokens.clone());
    let reconciliation = state.reconciliation()?;
    let upload_expiry = upload_expiry(config);
    let retention = settings.event_retention;
    let gc_interval = settings.gc_interval;
    let gc_grace = TimeDelta::from_std(settings.gc_grace).unwrap_or(TimeDelta::MAX);
    let regular = {
        let hold = hold.clone();
        async move {
            let mut ticks = tokio::time::interval(INTERVAL);
            loop {
                ticks.tick().await;
                report(
                    "abandoned uploads were not removed",
                    purge_uploads::purge_uploads(&hold, upload_expiry).await,
                );
                report(
                    "the hold's sums were not brought up to date",
                    keep_accounts::keep_accounts(&hold, &service_tokens).await,
                );
                report(
                    "the hold's repo was not purged",
                    purge_repo::purge_repo(hold.repo(), retention).await,
                );
            }
        }
    };
    Some(async move {
        tokio::join!(
            regular,
            request_crawl::request_crawl(&relays),
            hold.follow_captain(),
            reconciliation.run(),
            collect_garbage::collect_garbage(&hold, gc_interval, gc_grace),
            collect_garbage::answer_requests(&hold),
            keep_activity::keep_activity(&hold)
        );
    })
}

fn upload_expiry(config: &Config) -> TimeDelta {
    TimeDelta::from_std(config.registry.upload_expiry).unwrap_or(TimeDelta::MAX)
}

/// A job that fails is repeated; its failure is for the log.
fn report<T, E: std::error::Error + 'static>(failure: &'static str, outcome: Result<T, E>) {
    if let Err(error) = outcome {
        tracing::error!(error = &error as &dyn std::error::Error, "{failure}");
    }
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
