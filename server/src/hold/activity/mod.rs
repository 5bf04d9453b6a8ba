//! The log of the hold: who did what when. For its captain and its administrators.
//!
//! What is decided is written in the transaction that decides it, so that the log tells of everything that happened
//! and of nothing that did not. What comes often and changes nothing (a push that meets its quota, somebody who reads
//! their own data) is counted within the hour. Entries are kept for [`KEPT_FOR`], also those about people whose
//! data was deleted: an administrator could otherwise erase what they did.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use atproto::syntax::Did;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Hold, HoldError};
use crate::db::{ActivityQuery, ActivityRow, DatabaseError, Transaction};

mod action;
mod decisions;

pub use action::{ActivityAction, Actor};

/// How long entries are kept.
pub const KEPT_FOR: TimeDelta = TimeDelta::days(365);
/// Within this time what happens again is counted.
const COUNTED_WITHIN: TimeDelta = TimeDelta::hours(1);
/// People whose refusals are counted in memory at once; those beyond wait for the next time.
const MOST_COUNTED: usize = 1000;
/// The longest cause that is kept, in characters.
const MAX_REASON: usize = 500;

/// Something that was done, to be noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Who did it.
    pub actor: Actor,
    /// What.
    pub action: ActivityAction,
    /// To whom or what: a DID, or a name.
    pub subject: Option<String>,
    /// What else there is to say, a JSON object.
    pub details: Value,
}

impl Entry {
    /// Somebody did something.
    pub fn new(actor: Actor, action: ActivityAction) -> Self {
        Self {
            actor,
            action,
            subject: None,
            details: json!({}),
        }
    }

    /// To whom or what.
    #[must_use]
    pub fn to(mut self, subject: &impl ToString) -> Self {
        self.subject = Some(subject.to_string());
        self
    }

    /// What else there is to say.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }
}

/// Something that was done, as it was noted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotedActivity {
    /// Its name; later ones are greater.
    pub id: String,
    /// When it was done, for the first time, in unix milliseconds.
    pub at: i64,
    /// When it was done for the last time.
    pub last_at: i64,
    /// How often.
    pub times: i64,
    /// Who did it.
    pub actor: Actor,
    /// What, in the words of [`ActivityAction`]; other words come from other releases.
    pub action: String,
    /// To whom or what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What else there is to say, a JSON object.
    pub details: Value,
}

/// Which entries are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActivityFilter {
    /// What this one did, or what was done to them: a DID, `operator` or `hold`.
    pub person: Option<String>,
    /// An action, or a group of them such as `crew`.
    pub action: Option<String>,
    /// Not before this time, in unix milliseconds.
    pub from: Option<i64>,
    /// Before this time.
    pub until: Option<i64>,
    /// Only those older than the entry of this id.
    pub before: Option<String>,
}

impl ActivityFilter {
    fn query(&self) -> ActivityQuery {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        // Other characters are in no action, and `%` and `_` would mean more than themselves.
        let action = text(&self.action);
        let is_word = |action: &str| action.chars().all(|c| c.is_ascii_alphabetic() || c == '.');
        let pattern = match action.as_str() {
            "" => "%".to_owned(),
            action if !is_word(action) => String::new(),
            action if action.contains('.') => action.to_owned(),
            group => format!("{group}.%"),
        };
        ActivityQuery {
            person: text(&self.person),
            action: pattern,
            from: self.from.unwrap_or(i64::MIN),
            until: self.until.unwrap_or(i64::MAX),
            before: text(&self.before),
        }
    }
}

/// Refusals that are not written yet, by person: how many, the last cause, when.
pub(super) type Refusals = Mutex<BTreeMap<Did, Refusal>>;

/// What is counted of one person's refusals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    times: i64,
    reason: String,
    last_at: i64,
}

impl Hold {
    /// Who acts for `person` in this process: they, or the operator by the command line in their place.
    pub(super) fn actor(&self, person: &Did) -> Actor {
        if self.inner.settings.by_operator {
            Actor::Operator
        } else {
            Actor::Person(person.clone())
        }
    }

    /// Notes what a transaction does, as part of it.
    pub(super) async fn note(
        &self,
        transaction: &mut Transaction,
        entry: Entry,
    ) -> Result<(), DatabaseError> {
        transaction.insert_activity(&self.row(entry)).await
    }

    /// Notes what was done outside of any transaction.
    pub(super) async fn note_now(&self, entry: Entry) -> Result<(), DatabaseError> {
        let mut transaction = self.database().begin().await?;
        self.note(&mut transaction, entry).await?;
        transaction.commit().await
    }

    /// Notes what may happen often: within an hour it is counted.
    pub(super) async fn note_counted(&self, entry: Entry) -> Result<(), DatabaseError> {
        self.count(self.row(entry)).await
    }

    /// Remembers that somebody had no room. Written by [`Self::write_refusals`]: whoever refuses holds a transaction
    /// that is about to be undone.
    pub(super) fn count_refusal(&self, user: &Did, reason: &str) {
        let now = self.inner.clock.now_millis();
        let mut refusals = self
            .inner
            .refusals
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if refusals.len() >= MOST_COUNTED && !refusals.contains_key(user) {
            return;
        }
        let refusal = refusals.entry(user.clone()).or_insert(Refusal {
            times: 0,
            reason: String::new(),
            last_at: now,
        });
        refusal.times += 1;
        refusal.reason = reason.chars().take(MAX_REASON).collect();
        refusal.last_at = now;
    }

    /// Writes the refusals that were counted.
    pub async fn write_refusals(&self) -> Result<(), DatabaseError> {
        let refusals = std::mem::take(
            &mut *self
                .inner
                .refusals
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        for (user, refusal) in refusals {
            let entry = Entry::new(Actor::Person(user), ActivityAction::QuotaRefused)
                .with(json!({ "reason": refusal.reason }));
            let row = ActivityRow {
                times: refusal.times,
                at: refusal.last_at,
                last_at: refusal.last_at,
                ..self.row(entry)
            };
            self.count(row).await?;
        }
        Ok(())
    }

    /// The log, from its latest entry on, for the captain or a member with `crew:admin`.
    pub async fn list_activity(
        &self,
        by: &Did,
        filter: &ActivityFilter,
        limit: u16,
    ) -> Result<Vec<NotedActivity>, HoldError> {
        self.permit_administration(by).await?;
        self.write_refusals().await?;
        let rows = self
            .database()
            .list_activity(&filter.query(), i64::from(limit))
            .await?;
        Ok(rows.into_iter().map(noted).collect())
    }

    /// Removes entries whose time is over. Returns how many.
    pub async fn purge_activity(&self) -> Result<u64, DatabaseError> {
        let before = self.inner.clock.now_millis() - KEPT_FOR.num_milliseconds();
        let mut transaction = self.database().begin().await?;
        let removed = transaction.delete_old_activity(before).await?;
        transaction.commit().await?;
        Ok(removed)
    }

    async fn count(&self, row: ActivityRow) -> Result<(), DatabaseError> {
        let since = row.last_at - COUNTED_WITHIN.num_milliseconds();
        let mut transaction = self.database().begin().await?;
        if !transaction.repeat_activity(&row, since).await? {
            transaction.insert_activity(&row).await?;
        }
        transaction.commit().await
    }

    fn row(&self, entry: Entry) -> ActivityRow {
        let now = self.inner.clock.now_millis();
        ActivityRow {
            id: self.repo().next_tid().to_string(),
            at: now,
            last_at: now,
            times: 1,
            actor: entry.actor.as_str().to_owned(),
            action: entry.action.as_str().to_owned(),
            subject: entry.subject,
            details: entry.details.to_string(),
        }
    }
}

fn noted(row: ActivityRow) -> NotedActivity {
    NotedActivity {
        id: row.id,
        at: row.at,
        last_at: row.last_at,
        times: row.times,
        actor: Actor::read(&row.actor),
        action: row.action,
        subject: row.subject,
        details: serde_json::from_str(&row.details).unwrap_or_else(|_| json!({})),
    }
}

#[cfg(test)]
mod tests;
