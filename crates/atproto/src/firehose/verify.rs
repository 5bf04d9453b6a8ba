//! Checking a `#commit` without having the repo: the "inductive" way of sync 1.1.
//! atproto.com/specs/sync#commit-validation

use bytes::Bytes;

use super::CommitEvent;
use crate::crypto::PublicKey;
use crate::data::Cid;
use crate::repo::{
    Commit, InvertError, MAX_COMMIT_BLOCKS_BYTES, Mst, OpAction, PathChange, VerifyError, car,
    invert, read_commit, read_record,
};
use crate::syntax::Tid;

/// A commit of which everything was checked that can be checked by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCommit {
    /// The commit.
    pub commit: Commit,
    /// For each operation of the event, the record that it wrote.
    pub records: Vec<Option<(Cid, Bytes)>>,
}

/// Why an event must not be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitEventError {
    /// More blocks than are allowed.
    #[error("the event has {0} bytes of blocks, at most {MAX_COMMIT_BLOCKS_BYTES} are allowed")]
    TooLarge(usize),
    /// The archive, the commit or a record in it does not count.
    #[error("the blocks of the event do not count")]
    Blocks(#[source] VerifyError),
    /// The event says something else than its commit.
    #[error("the event and its commit do not agree on `{0}`")]
    Disagrees(&'static str),
    /// An operation whose fields do not fit its action.
    #[error("an operation has not the fields of its action")]
    Operation,
    /// The operations cannot be undone.
    #[error("the operations are not those of the commit")]
    Operations(#[source] InvertError),
    /// Undoing the operations leads to another tree than the event says.
    #[error("the operations do not lead from the tree before to the tree now")]
    OtherTree,
}

impl CommitEvent {
    /// Checks the archive, the signature, the records, and that the operations are exactly what
    /// leads from the tree before to the tree now.
    ///
    /// Whether the tree before is the one that the reader knows is for [`CommitEvent::follows`].
    pub fn verify(&self, key: &PublicKey) -> Result<VerifiedCommit, CommitEventError> {
        if self.blocks.len() > MAX_COMMIT_BLOCKS_BYTES {
            return Err(CommitEventError::TooLarge(self.blocks.len()));
        }
        let blocks = |error| CommitEventError::Blocks(VerifyError::Car(error));
        let (root, blocks) = car::read_car(&self.blocks).map_err(blocks)?;
        if root != self.commit {
            return Err(CommitEventError::Disagrees("commit"));
        }
        let commit =
            read_commit(root, &blocks, &self.repo, key).map_err(CommitEventError::Blocks)?;
        if commit.rev != self.rev {
            return Err(CommitEventError::Disagrees("rev"));
        }
        let mut records = Vec::with_capacity(self.ops.len());
        for op in &self.ops {
            let is_whole = match op.action {
                OpAction::Create => op.cid.is_some() && op.prev.is_none(),
                OpAction::Update => op.cid.is_some() && op.prev.is_some(),
                OpAction::Delete => op.cid.is_none() && op.prev.is_some(),
            };
            if !is_whole {
                return Err(CommitEventError::Operation);
            }
            let record = op
                .cid
                .map(|cid| Ok((cid, read_record(&op.path(), cid, &blocks)?)));
            records.push(record.transpose().map_err(CommitEventError::Blocks)?);
        }
        let changes: Vec<PathChange> = self.ops.iter().map(PathChange::from).collect();
        let before =
            invert(commit.data, &changes, &blocks).map_err(CommitEventError::Operations)?;
        // The first commit of a repo has nothing before it, which is the empty tree.
        if before != self.prev_data.unwrap_or_else(|| Mst::empty().finish().root) {
            return Err(CommitEventError::OtherTree);
        }
        Ok(VerifiedCommit { commit, records })
    }

    /// Whether the commit comes directly after the one of this revision with this tree. One that
    /// does not is old, or something was missed and the repo has to be fetched again.
    pub fn follows(&self, rev: Tid, data: Cid) -> bool {
        self.since == Some(rev) && self.prev_data == Some(data) && self.rev > rev
    }
}
