//! Collections that somebody outside the running server asks for, by a row in the database.
//!
//! A server over SQLite keeps in memory what it read, so nobody else may remove what it counts on: a command beside
//! it asks, and the server collects and answers. Requests and answers of an hour ago are gone.

use chrono::TimeDelta;

use super::super::activity::Actor;
use super::super::uploads::random_id;
use super::super::{Hold, HoldError};
use super::{Collection, GarbageReport};
use crate::db::CollectionRequestRow;

/// How long whoever asked may take to read the answer.
const KEPT_FOR: TimeDelta = TimeDelta::hours(1);

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CollectionOutcome {
    /// No server has seen it.
    Waiting,
    /// A server is at it.
    Taken,
    /// It is done.
    Done(Box<GarbageReport>),
    /// Nothing came of it, for this reason.
    Failed(String),
}

impl Hold {
    /// Asks the running server to collect; returns the name of the request.
    pub async fn request_collection(&self, grace: TimeDelta) -> Result<String, HoldError> {
        let id = random_id();
        let now = self.inner.clock.now_millis();
        let before = now - KEPT_FOR.num_milliseconds();
        let mut transaction = self.database().begin().await?;
        transaction.delete_collection_requests(before).await?;
        transaction
            .insert_collection_request(&id, grace.num_milliseconds(), now)
            .await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// What became of a request; one that is not there failed.
    pub async fn find_collection_outcome(&self, id: &str) -> Result<CollectionOutcome, HoldError> {
        let Some(row) = self.database().find_collection_request(id).await? else {
            return Ok(CollectionOutcome::Failed("the request is gone".to_owned()));
        };
        Ok(match row {
            CollectionRequestRow {
                failure: Some(reason),
                ..
            } => CollectionOutcome::Failed(reason),
            CollectionRequestRow {
                report: Some(report),
                ..
            } => match serde_json::from_str(&report) {
                Ok(report) => CollectionOutcome::Done(Box::new(report)),
                Err(_) => {
                    CollectionOutcome::Failed("another release answered; see its log".to_owned())
                }
            },
            CollectionRequestRow {
                taken_at: Some(_), ..
            } => CollectionOutcome::Taken,
            _ => CollectionOutcome::Waiting,
        })
    }

    /// Takes a request back that no server has seen. `false` when one has.
    pub async fn withdraw_collection_request(&self, id: &str) -> Result<bool, HoldError> {
        let mut transaction = self.database().begin().await?;
        let withdrawn = transaction.delete_waiting_collection_request(id).await?;
        transaction.commit().await?;
        Ok(withdrawn)
    }

    /// Does what was asked for, one request after the other; returns how many there were.
    pub async fn answer_collection_requests(&self) -> Result<u64, HoldError> {
        let mut answered = 0;
        while let Some(row) = self.database().find_waiting_collection_request().await? {
            let mut transaction = self.database().begin().await?;
            let now = self.inner.clock.now_millis();
            let is_ours = transaction.take_collection_request(&row.id, now).await?;
            transaction.commit().await?;
            if !is_ours {
                continue;
            }
            let grace = TimeDelta::milliseconds(row.grace_millis);
            // A command asked for it, which whoever has the machine ran.
            let outcome = self
                .collect_garbage_as(&Actor::Operator, grace, Collection::Free)
                .await;
            let (report, failure) = match &outcome {
                Ok(report) => {
                    let report = serde_json::to_string(report).expect("numbers become JSON");
                    (Some(report), None)
                }
                Err(error) => (None, Some(error.to_string())),
            };
            let mut transaction = self.database().begin().await?;
            transaction
                .end_collection_request(&row.id, report.as_deref(), failure.as_deref())
                .await?;
            transaction.commit().await?;
            outcome?;
            answered += 1;
        }
        Ok(answered)
    }
}
