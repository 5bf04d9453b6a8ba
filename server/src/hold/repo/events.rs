//! The events of the repo's firehose, as they are written. A commit writes its own.
//!
//! Whoever adds an event holds the head's row, where the number of the last one is.

use atproto::firehose::{AccountEvent, Frame, IdentityEvent, SyncEvent};
use atproto::syntax::Datetime;
use chrono::{DateTime, Utc};

use super::super::identity::HoldIdentity;
use super::{HoldRepo, RepoError, commit};
use crate::clock::Clock;
use crate::db::Transaction;

/// When something happens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment(DateTime<Utc>);

impl Moment {
    pub(super) fn now(clock: &Clock) -> Self {
        Self(clock.now())
    }

    pub(super) fn datetime(self) -> Datetime {
        Datetime::from_unix_micros(self.0.timestamp_micros())
    }
}

pub(super) fn identity(identity: &HoldIdentity, seq: i64, now: Moment) -> Frame {
    Frame::Identity(IdentityEvent {
        seq,
        did: identity.did().clone(),
        time: now.datetime(),
        handle: identity.valid_handle(),
    })
}

pub(super) fn account(identity: &HoldIdentity, seq: i64, now: Moment) -> Frame {
    Frame::Account(AccountEvent {
        seq,
        did: identity.did().clone(),
        time: now.datetime(),
        active: true,
        status: None,
    })
}

pub(super) async fn insert(
    transaction: &mut Transaction,
    seq: i64,
    frame: &Frame,
    now: Moment,
) -> Result<(), RepoError> {
    let created_at = now.0.timestamp_millis();
    Ok(transaction
        .insert_event(seq, &frame.encode(), created_at)
        .await?)
}

impl HoldRepo {
    /// Tells that handle, keys or address may have changed (`#identity`).
    pub async fn announce_identity(&self) -> Result<i64, RepoError> {
        let mut transaction = self.inner.database.begin().await?;
        let row = transaction
            .lock_repo_head()
            .await?
            .ok_or(RepoError::NoRepo)?;
        let (seq, now) = (row.seq + 1, Moment::now(&self.inner.clock));
        let frame = identity(&self.inner.identity, seq, now);
        self.finish(transaction, seq, &frame, now).await
    }

    /// Tells that the hold is active (`#account`).
    pub async fn announce_account(&self) -> Result<i64, RepoError> {
        let mut transaction = self.inner.database.begin().await?;
        let row = transaction
            .lock_repo_head()
            .await?
            .ok_or(RepoError::NoRepo)?;
        let (seq, now) = (row.seq + 1, Moment::now(&self.inner.clock));
        let frame = account(&self.inner.identity, seq, now);
        self.finish(transaction, seq, &frame, now).await
    }

    /// Tells where the repo stands, to whoever cannot know how it came there (`#sync`).
    pub async fn announce_state(&self) -> Result<i64, RepoError> {
        let mut transaction = self.inner.database.begin().await?;
        let row = transaction
            .lock_repo_head()
            .await?
            .ok_or(RepoError::NoRepo)?;
        let head = commit::head_of(&row)?;
        let block = transaction
            .find_repo_block(&row.commit_cid)
            .await?
            .ok_or_else(|| RepoError::Damaged("the latest commit is missing".to_owned()))?;
        let (seq, now) = (row.seq + 1, Moment::now(&self.inner.clock));
        let event = SyncEvent::new(
            head.did,
            head.rev,
            (head.commit, block.into()),
            seq,
            now.datetime(),
        );
        self.finish(transaction, seq, &Frame::Sync(event), now)
            .await
    }

    /// The place of the last event; 0 before the first.
    pub async fn last_seq(&self) -> Result<i64, RepoError> {
        Ok(self.inner.database.find_last_seq().await?)
    }

    /// The place of the first event that is kept.
    pub async fn oldest_seq(&self) -> Result<Option<i64>, RepoError> {
        Ok(self.inner.database.find_oldest_event().await?)
    }

    async fn finish(
        &self,
        mut transaction: Transaction,
        seq: i64,
        frame: &Frame,
        now: Moment,
    ) -> Result<i64, RepoError> {
        insert(&mut transaction, seq, frame, now).await?;
        transaction.advance_seq(seq).await?;
        transaction.commit().await?;
        self.announce(seq);
        Ok(seq)
    }
}
