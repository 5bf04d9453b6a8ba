//! The hold's repo: the signed records that say what the hold is, who may use it and who uses what. This is the
//! only writer of it.
//!
//! A commit is one database transaction: blocks, index of records, what is derived from them, the firehose
//! event, and the head, which moves only from where the commit began. Whoever writes holds the head's row, so
//! writers of one process and of several follow each other, and an event's number is its place in that order.
//!
//! Blocks are kept by revision. A block that a commit drops stays for [`KEEP_DROPPED`], so that whoever reads
//! the repo as it was at a revision, which an export does page by page, finds all of it.

use std::sync::{Arc, Mutex, PoisonError};

use atproto::data::{Cid, Ipld};
use atproto::repo::{Commit, Head, Write, WriteAction};
use atproto::syntax::{Nsid, RecordKey, Tid};
use bytes::Bytes;
use chrono::TimeDelta;
use moka::sync::Cache;
use tokio::sync::watch;

use super::identity::HoldIdentity;
use crate::clock::Clock;
use crate::db::{Database, Transaction};
use commit::WithoutChange;

mod blocks;
mod commit;
mod error;
mod events;
mod export;
mod import;
mod purge;
mod read;
mod reindex;

pub use error::RepoError;
pub use export::RepoExport;
pub use read::{RecordsPage, StoredRecord};

/// How long blocks that no commit needs any more stay readable.
pub const KEEP_DROPPED: TimeDelta = TimeDelta::hours(1);
/// Bytes of tree nodes in memory: the upper levels of a tree of a million records.
const CACHED_NODE_BYTES: u64 = 32 * 1024 * 1024;

/// The repo of one hold. Cheap to clone.
#[derive(Clone)]
pub struct HoldRepo {
    inner: Arc<Inner>,
}

struct Inner {
    identity: HoldIdentity,
    /// Tells revisions of two replicas apart.
    clock_id: u16,
    database: Database,
    clock: Clock,
    nodes: Cache<Cid, Bytes>,
    last_seq: watch::Sender<i64>,
    /// Each reader of the firehose has a copy.
    readers: Arc<()>,
    last_tid: Mutex<Tid>,
}

/// A commit that was written; it counts when its transaction is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// Its CID.
    pub cid: Cid,
    /// Its revision.
    pub rev: Tid,
    /// The number of its event; that of the last event when nothing changed.
    pub seq: i64,
    /// What is there now, in the order of the writes; `None` after a delete.
    pub written: Vec<Option<Cid>>,
    /// Whether anything changed.
    pub changed: bool,
}

impl HoldRepo {
    /// A transaction that holds the repo's head: what it reads stays as it is until it writes.
    pub(super) async fn begin(&self) -> Result<Transaction, RepoError> {
        let mut transaction = self.inner.database.begin().await?;
        transaction.lock_repo_head().await?;
        Ok(transaction)
    }

    /// The repo of a hold over a database. Reads nothing.
    pub fn new(identity: HoldIdentity, database: Database, clock: Clock) -> Self {
        Self {
            inner: Arc::new(Inner {
                identity,
                clock_id: random_clock_id(),
                database,
                clock,
                nodes: Cache::builder()
                    .max_capacity(CACHED_NODE_BYTES)
                    .weigher(|_, bytes: &Bytes| {
                        u32::try_from(bytes.len() + 128).unwrap_or(u32::MAX)
                    })
                    .build(),
                last_seq: watch::Sender::new(0),
                readers: Arc::new(()),
                last_tid: Mutex::new(Tid::new(0, 0)),
            }),
        }
    }

    /// Whose repo it is, and what signs it.
    pub fn identity(&self) -> &HoldIdentity {
        &self.inner.identity
    }

    /// Where the repo stands; `None` before its first commit.
    pub async fn head(&self) -> Result<Option<Head>, RepoError> {
        let row = self.inner.database.find_repo_head().await?;
        row.map(|row| commit::head_of(&row)).transpose()
    }

    /// Makes the writes in a commit of their own. With nothing to change, there is no commit.
    pub async fn write_now(&self, writes: &[Write]) -> Result<CommitInfo, RepoError> {
        let transaction = self.inner.database.begin().await?;
        self.write_last(transaction, writes).await
    }

    /// Makes the writes as the last part of `transaction`, commits it and tells those who listen.
    pub async fn write_last(
        &self,
        mut transaction: Transaction,
        writes: &[Write],
    ) -> Result<CommitInfo, RepoError> {
        let info = self.write(&mut transaction, writes).await?;
        transaction.commit().await?;
        self.committed(&info);
        Ok(info)
    }

    /// Makes the writes as part of `transaction`, all or none. When it is committed, [`Self::committed`] tells
    /// those who listen.
    pub async fn write(
        &self,
        transaction: &mut Transaction,
        writes: &[Write],
    ) -> Result<CommitInfo, RepoError> {
        commit::write(&self.inner, transaction, writes, WithoutChange::Nothing).await
    }

    /// Signs the repo as it is with the key as it is, when the last commit was signed with another one. Returns
    /// whether it was.
    pub async fn sign_again(&self) -> Result<bool, RepoError> {
        let mut transaction = self.inner.database.begin().await?;
        let row = transaction
            .lock_repo_head()
            .await?
            .ok_or(RepoError::NoRepo)?;
        let commit = transaction.find_repo_block(&row.commit_cid).await?;
        if self.verifies(commit)? {
            return Ok(false);
        }
        let info = commit::write(&self.inner, &mut transaction, &[], WithoutChange::Commit).await?;
        transaction.commit().await?;
        self.committed(&info);
        Ok(true)
    }

    /// Whether the last commit was signed with the key as it is.
    pub async fn is_signed_with_our_key(&self) -> Result<bool, RepoError> {
        let database = &self.inner.database;
        let row = database.find_repo_head().await?.ok_or(RepoError::NoRepo)?;
        let commit = database.find_repo_block(&row.commit_cid).await?;
        self.verifies(commit)
    }

    fn verifies(&self, commit: Option<Vec<u8>>) -> Result<bool, RepoError> {
        let commit = commit
            .and_then(|block| Commit::from_bytes(&block).ok())
            .ok_or_else(|| RepoError::Damaged("the latest commit cannot be read".to_owned()))?;
        Ok(self.is_signed_by_us(&commit))
    }

    fn is_signed_by_us(&self, commit: &Commit) -> bool {
        let key = self.inner.identity.signing_key().public_key();
        commit.verify(self.inner.identity.did(), &key).is_ok()
    }

    /// Wakes whoever waits for events.
    pub fn committed(&self, info: &CommitInfo) {
        self.announce(info.seq);
    }

    pub(super) fn announce(&self, seq: i64) {
        self.inner.last_seq.send_if_modified(|last| {
            let is_later = seq > *last;
            *last = (*last).max(seq);
            is_later
        });
    }

    /// Changes when an event of this process has been committed.
    pub(super) fn listen(&self) -> watch::Receiver<i64> {
        self.inner.last_seq.subscribe()
    }

    /// What a reader of the firehose holds as long as it reads.
    pub(super) fn count_me(&self) -> Arc<()> {
        Arc::clone(&self.inner.readers)
    }

    /// How many read the firehose in this process.
    pub fn count_readers(&self) -> u64 {
        Arc::strong_count(&self.inner.readers).saturating_sub(1) as u64
    }

    pub(super) fn database(&self) -> &Database {
        &self.inner.database
    }

    /// How many nodes are in memory.
    #[cfg(test)]
    fn nodes_in_memory(&self) -> u64 {
        self.inner.nodes.run_pending_tasks();
        self.inner.nodes.entry_count()
    }

    /// The last event that this process knows of; 0 when it knows of none.
    pub(super) fn last_known_seq(&self) -> i64 {
        *self.inner.last_seq.borrow()
    }

    /// A key for a record of which there are many: unlike any other, and later as far as clocks agree.
    pub(super) fn next_tid(&self) -> Tid {
        let micros = unix_micros(&self.inner.clock);
        let mut last = self
            .inner
            .last_tid
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *last = Tid::next_after(*last, micros, self.inner.clock_id);
        *last
    }
}

/// A create, for [`HoldRepo::write`].
pub(super) fn create(collection: Nsid, rkey: RecordKey, record: Ipld) -> Write {
    write_of(collection, rkey, WriteAction::Create(record))
}

/// A put, for [`HoldRepo::write`].
pub(super) fn put(collection: Nsid, rkey: RecordKey, record: Ipld) -> Write {
    write_of(collection, rkey, WriteAction::Put(record))
}

/// A delete, for [`HoldRepo::write`].
pub(super) fn delete(collection: Nsid, rkey: RecordKey) -> Write {
    write_of(collection, rkey, WriteAction::Delete)
}

fn write_of(collection: Nsid, rkey: RecordKey, action: WriteAction) -> Write {
    Write {
        collection,
        rkey,
        action,
        swap: None,
    }
}

fn unix_micros(clock: &Clock) -> u64 {
    u64::try_from(clock.now().timestamp_micros()).unwrap_or(0)
}

fn random_clock_id() -> u16 {
    use ring::rand::{SecureRandom as _, SystemRandom};
    let mut bytes = [0; 2];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system gives random bytes");
    u16::from_be_bytes(bytes) & 0x3ff
}

#[cfg(test)]
mod tests;
