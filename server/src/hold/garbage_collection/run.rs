//! A collection under way: how far it is, for whoever looks, and whether it goes on.
//!
//! Whoever collects asks before each blob. One that is stopped has done some blobs wholly and others not at all, which
//! is how every collection leaves the hold between two blobs; the next one goes on.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::super::{Hold, HoldError};
use super::Collection;
use super::report::GarbageReport;

/// How often it is written how far a collection is.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// What a collection is at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// It reads what layer records need.
    #[default]
    ReadingRecords,
    /// It removes what has been in quarantine long enough.
    Removing,
    /// It puts into quarantine what nothing needs.
    Quarantining,
    /// It looks through the store for bytes that nobody knows.
    SearchingStore,
    /// It is over.
    Over,
}

/// How far a collection is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CollectionProgress {
    /// What it is at.
    pub phase: Phase,
    /// Records and blobs that it has looked at.
    pub looked_at: u64,
    /// What it has done so far, without digests.
    #[serde(flatten)]
    pub report: GarbageReport,
}

/// A collection under way.
pub(super) struct Run {
    /// What is done, or only told.
    pub(super) collection: Collection,
    /// What was claimed since then stays.
    pub(super) cutoff: i64,
    /// When it began.
    pub(super) now: i64,
    /// What was done so far.
    pub(super) report: GarbageReport,
    phase: Phase,
    looked_at: u64,
    /// The row that tells of it; none tells of a dry run.
    id: Option<String>,
    told_at: Instant,
    stopped_by: Option<String>,
}

impl Run {
    pub(super) fn new(collection: Collection, cutoff: i64, now: i64, id: Option<String>) -> Self {
        Self {
            collection,
            cutoff,
            now,
            report: GarbageReport::default(),
            phase: Phase::ReadingRecords,
            looked_at: 0,
            id,
            told_at: Instant::now(),
            stopped_by: None,
        }
    }

    /// Who stopped it.
    pub(super) fn stopped_by(&self) -> Option<&str> {
        self.stopped_by.as_deref()
    }

    pub(super) fn enter(&mut self, phase: Phase) {
        self.phase = phase;
    }

    /// How far it is, in JSON.
    pub(super) fn progress(&self) -> String {
        let progress = CollectionProgress {
            phase: self.phase,
            looked_at: self.looked_at,
            report: GarbageReport {
                digests: Vec::new(),
                items: Vec::new(),
                ..self.report.clone()
            },
        };
        serde_json::to_string(&progress).expect("numbers become JSON")
    }

    /// Whether to go on with the next `more` records or blobs. Once it is `false`, it stays so.
    pub(super) async fn goes_on(&mut self, hold: &Hold, more: u64) -> Result<bool, HoldError> {
        let Some(id) = self.id.clone() else {
            return Ok(true);
        };
        if self.stopped_by.is_some() {
            return Ok(false);
        }
        if let Some(by) = hold.inner.stops.asked(&id) {
            self.stopped_by = Some(by);
            return Ok(false);
        }
        if self.told_at.elapsed() >= TELL_EVERY {
            self.told_at = Instant::now();
            let now = hold.inner.clock.now_millis();
            let mut transaction = hold.database().begin().await?;
            self.stopped_by = transaction
                .update_collection(&id, now, &self.progress())
                .await?;
            transaction.commit().await?;
        }
        self.looked_at += more;
        Ok(self.stopped_by.is_none())
    }
}
