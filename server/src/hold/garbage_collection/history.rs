//! Collections as they are started, watched and stopped, and those before.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use atproto::syntax::Did;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::activity::{ActivityAction, Actor, Entry};
use super::super::{Hold, HoldError};
use super::Collection;
use super::report::GarbageReport;
use super::run::{CollectionProgress, Run};
use crate::db::CollectionRow;

/// A collection that has not said for so long that it is under way is not.
const BELIEVED: TimeDelta = TimeDelta::minutes(5);
/// How long collections are remembered.
pub(super) const KEPT_FOR: TimeDelta = TimeDelta::days(365);

/// How a collection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CollectionState {
    /// It is under way.
    Running,
    /// It ends with the blob that it is at.
    Stopping,
    /// It came to its end.
    Done,
    /// Somebody stopped it.
    Stopped,
    /// It failed.
    Failed,
    /// The process that ran it is gone.
    Interrupted,
}

/// A collection of garbage, under way or over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CollectionRun {
    /// Its name; later ones are greater.
    pub id: String,
    /// Who started it: a DID, `operator` or `hold`.
    pub started_by: String,
    /// How long what nothing uses is kept.
    pub grace_minutes: i64,
    /// In unix milliseconds.
    pub started_at: i64,
    /// In unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<i64>,
    /// How it stands.
    pub state: CollectionState,
    /// Who stopped it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Bytes that it has removed.
    pub freed_bytes: u64,
    /// How far it is, or was.
    pub progress: CollectionProgress,
}

/// Wishes to stop that were made in this process, which need not wait for the database to be looked at.
#[derive(Debug, Default)]
pub(in crate::hold) struct Stops(Mutex<BTreeMap<String, String>>);

impl Stops {
    fn ask(&self, id: &str, by: &str) {
        let mut stops = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stops.insert(id.to_owned(), by.to_owned());
    }

    pub(super) fn asked(&self, id: &str) -> Option<String> {
        let stops = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stops.get(id).cloned()
    }

    fn forget(&self, id: &str) {
        let mut stops = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stops.remove(id);
    }
}

impl Hold {
    /// Starts a collection that goes on by itself, for the captain or a member with `crew:admin`. Returns its name, or
    /// that of the one that is under way.
    pub async fn start_collection(&self, by: &Did, grace: TimeDelta) -> Result<String, HoldError> {
        self.permit_administration(by).await?;
        let now = self.inner.clock.now_millis();
        let alive_since = now - BELIEVED.num_milliseconds();
        if let Some(running) = self.database().find_running_collection(alive_since).await? {
            return Ok(running);
        }
        let actor = self.actor(by);
        let id = self.begin_collection(&actor, grace).await?;
        let (hold, name) = (self.clone(), id.clone());
        tokio::spawn(async move {
            let _alone = hold.inner.collecting.lock().await;
            // Whoever started it reads of its end in its row, and the operator in the log.
            if let Err(error) = hold.run_collection(name, &actor, grace).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "garbage was not collected, or not all of it"
                );
            }
        });
        Ok(id)
    }

    /// Asks a collection to end with the blob that it is at. `false` when it is over.
    pub async fn stop_collection(&self, by: &Did, id: &str) -> Result<bool, HoldError> {
        self.permit_administration(by).await?;
        let actor = self.actor(by);
        let mut transaction = self.database().begin().await?;
        let is_stopped = transaction.stop_collection(id, actor.as_str()).await?;
        transaction.commit().await?;
        if is_stopped {
            self.inner.stops.ask(id, actor.as_str());
        }
        Ok(is_stopped)
    }

    /// Collections from the latest on, older than `before`, for the captain or a member with `crew:admin`.
    pub async fn list_collections(
        &self,
        by: &Did,
        before: Option<&str>,
        limit: u16,
    ) -> Result<Vec<CollectionRun>, HoldError> {
        self.permit_administration(by).await?;
        let rows = self
            .database()
            .list_collection_runs(before.unwrap_or_default(), i64::from(limit))
            .await?;
        let now = self.inner.clock.now_millis();
        Ok(rows.into_iter().map(|row| run_of(row, now)).collect())
    }

    /// Forgets collections of long ago.
    pub async fn purge_collections(&self) -> Result<u64, HoldError> {
        let before = self.inner.clock.now_millis() - KEPT_FOR.num_milliseconds();
        let mut transaction = self.database().begin().await?;
        let removed = transaction.delete_old_collections(before).await?;
        transaction.commit().await?;
        Ok(removed)
    }

    /// Notes that a collection begins, in one transaction with its row.
    pub(super) async fn begin_collection(
        &self,
        actor: &Actor,
        grace: TimeDelta,
    ) -> Result<String, HoldError> {
        let id = self.repo().next_tid().to_string();
        let now = self.inner.clock.now_millis();
        let progress = Run::new(Collection::Free, now, now, None).progress();
        let mut transaction = self.database().begin().await?;
        transaction
            .insert_collection(
                &id,
                actor.as_str(),
                grace.num_milliseconds(),
                now,
                &progress,
            )
            .await?;
        let started = Entry::new(actor.clone(), ActivityAction::CollectionStarted).to(&id);
        let started = started.with(json!({ "graceMinutes": grace.num_minutes() }));
        self.note(&mut transaction, started).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Runs a collection that has begun, and notes its end.
    pub(super) async fn run_collection(
        &self,
        id: String,
        actor: &Actor,
        grace: TimeDelta,
    ) -> Result<GarbageReport, HoldError> {
        let now = self.inner.clock.now_millis();
        let cutoff = now - grace.num_milliseconds();
        let mut run = Run::new(Collection::Free, cutoff, now, Some(id.clone()));
        let outcome = self.collect(&mut run, grace).await;
        self.inner.stops.forget(&id);
        let freed = run.report.freed_bytes();
        let (state, entry, failure) = match (&outcome, run.stopped_by()) {
            (Err(error), _) => (
                CollectionRow::FAILED,
                Entry::new(actor.clone(), ActivityAction::CollectionFailed),
                Some(error.to_string()),
            ),
            (Ok(()), Some(by)) => (
                CollectionRow::STOPPED,
                Entry::new(Actor::read(by), ActivityAction::CollectionStopped),
                None,
            ),
            (Ok(()), None) => (
                CollectionRow::DONE,
                Entry::new(actor.clone(), ActivityAction::CollectionEnded),
                None,
            ),
        };
        let details = json!({
            "freedBytes": freed,
            "quarantinedBytes": run.report.quarantined.bytes,
            "failure": failure,
        });
        let ended_at = self.inner.clock.now_millis();
        let mut transaction = self.database().begin().await?;
        transaction
            .end_collection(&id, ended_at, state, &run.progress(), failure.as_deref())
            .await?;
        self.note(&mut transaction, entry.to(&id).with(details))
            .await?;
        transaction.commit().await?;
        outcome.map(|()| run.report)
    }
}

fn run_of(row: CollectionRow, now: i64) -> CollectionRun {
    let progress: CollectionProgress = serde_json::from_str(&row.progress).unwrap_or_default();
    let state = match row.state.as_str() {
        CollectionRow::DONE => CollectionState::Done,
        CollectionRow::STOPPED => CollectionState::Stopped,
        CollectionRow::FAILED => CollectionState::Failed,
        _ if now - row.updated_at > BELIEVED.num_milliseconds() => CollectionState::Interrupted,
        _ if row.stopped_by.is_some() => CollectionState::Stopping,
        _ => CollectionState::Running,
    };
    CollectionRun {
        id: row.id,
        started_by: row.started_by,
        grace_minutes: row.grace_millis / 60_000,
        started_at: row.started_at,
        ended_at: row.ended_at,
        state,
        stopped_by: row.stopped_by,
        failure: row.failure,
        freed_bytes: progress.report.freed_bytes(),
        progress,
    }
}
