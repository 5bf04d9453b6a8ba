//! What may be written into a repo, and what became of it.

use bytes::Bytes;

use super::{MstError, RepoPath, car};
use crate::data::record_limits::{self, RecordLimit};
use crate::data::{Cid, Ipld, dag_cbor};
use crate::syntax::{Did, Nsid, RecordKey, Tid};

/// The most writes in one commit. atproto.com/specs/sync#limits
pub const MAX_WRITES: usize = 200;
/// The most bytes of the `blocks` of a `#commit` event.
pub const MAX_COMMIT_BLOCKS_BYTES: usize = 2_000_000;

/// Where a repo stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Whose repo it is.
    pub did: Did,
    /// The latest commit.
    pub commit: Cid,
    /// Its revision.
    pub rev: Tid,
    /// The root of its tree.
    pub data: Cid,
}

/// A change that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The collection.
    pub collection: Nsid,
    /// The key of the record in it.
    pub rkey: RecordKey,
    /// What to do.
    pub action: WriteAction,
    /// What must be there before: `Some(None)` nothing, `Some(Some(cid))` exactly this record.
    pub swap: Option<Option<Cid>>,
}

/// What to do with a record.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteAction {
    /// Write a record where none is.
    Create(Ipld),
    /// Write a record in place of another.
    Update(Ipld),
    /// Write a record, whether or not there is one.
    Put(Ipld),
    /// Remove a record that is there.
    Delete,
}

/// What a commit did to a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoOp {
    /// What was done.
    pub action: OpAction,
    /// The collection.
    pub collection: Nsid,
    /// The key of the record in it.
    pub rkey: RecordKey,
    /// The record as it is now; `None` after a delete.
    pub cid: Option<Cid>,
    /// The record as it was; `None` before a create.
    pub prev: Option<Cid>,
}

/// What was done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpAction {
    /// There was none.
    Create,
    /// There was another.
    Update,
    /// There is none now.
    Delete,
}

/// A commit that is to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommit {
    /// Where the repo stands with it.
    pub head: Head,
    /// The revision before.
    pub since: Option<Tid>,
    /// The root of the tree before.
    pub prev_data: Option<Cid>,
    /// What it did, in the order of the writes. A write that would put a record where it already is
    /// has no operation.
    pub ops: Vec<RepoOp>,
    /// For each write, the record that is there now.
    pub written: Vec<Option<Cid>>,
    /// Blocks to store: the commit, nodes and records, each once. A record's block may be stored
    /// already, for another record with the same content; a node's may have been dropped by an
    /// earlier commit.
    pub added: Vec<(Cid, Bytes)>,
    /// Nodes that the tree no longer has, and the commit before. Records are not among them:
    /// whether another record still needs the block is known only to whoever has an index, and only
    /// once all operations are in it.
    pub dropped_nodes: Vec<Cid>,
    /// The `blocks` of the `#commit` event, the commit first: what was added, and the nodes that
    /// whoever undoes the operations has to see.
    pub proof: Vec<(Cid, Bytes)>,
}

impl NewCommit {
    /// Whether the records are as they were, so that the commit may as well not be stored.
    pub fn changes_nothing(&self) -> bool {
        self.prev_data == Some(self.head.data)
    }

    /// The proof as an archive.
    pub fn to_car(&self) -> Vec<u8> {
        let blocks = self.proof.iter().map(|(cid, bytes)| (cid, bytes));
        car::to_car(self.head.commit, blocks)
    }
}

/// Why writes were refused. Nothing of them has been done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RepoError<E> {
    /// The tree cannot be read.
    #[error("the repo cannot be read")]
    Tree(#[from] MstError<E>),
    /// More than [`MAX_WRITES`].
    #[error("{0} writes in one commit, at most {MAX_WRITES} are allowed")]
    TooManyWrites(usize),
    /// Two writes to one record, of which only the last would be seen.
    #[error("two writes to {0} in one commit")]
    RepeatedPath(RepoPath),
    /// A create where a record is.
    #[error("there is already a record at {0}")]
    AlreadyExists(RepoPath),
    /// An update or delete where no record is.
    #[error("there is no record at {0}")]
    NotFound(RepoPath),
    /// Not the record that the writer expected.
    #[error("the record at {path} is not the one the write expects to replace")]
    Swap {
        /// Where.
        path: RepoPath,
        /// The record that is there.
        found: Option<Cid>,
    },
    /// A value that may not be a record.
    #[error("the record at {path} cannot be written")]
    Record {
        /// Where.
        path: RepoPath,
        /// What is wrong with it.
        #[source]
        limit: RecordLimit,
    },
    /// The revision does not follow the one before.
    #[error("revision {rev} is not later than {head}")]
    RevNotLater {
        /// The revision before.
        head: Tid,
        /// The one that was to follow.
        rev: Tid,
    },
    /// The commit would be larger than the firehose may carry.
    #[error("the commit has {0} bytes of blocks, at most {MAX_COMMIT_BLOCKS_BYTES} are allowed")]
    TooLarge(usize),
}

impl Write {
    /// Where the record is.
    pub fn path(&self) -> RepoPath {
        RepoPath::new(&self.collection, &self.rkey)
    }

    /// The block of the record that is to be written; `None` for a delete.
    pub(super) fn block(&self) -> Result<Option<(Cid, Bytes)>, RecordLimit> {
        let (WriteAction::Create(record) | WriteAction::Update(record) | WriteAction::Put(record)) =
            &self.action
        else {
            return Ok(None);
        };
        let bytes = dag_cbor::encode(record);
        record_limits::check(record, bytes.len())?;
        Ok(Some((Cid::dag_cbor_sha256(&bytes), bytes.into())))
    }

    /// What the write does where `found` is, if anything.
    pub(super) fn plan<E>(
        &self,
        path: &RepoPath,
        found: Option<Cid>,
        cid: Option<Cid>,
    ) -> Result<Option<RepoOp>, RepoError<E>> {
        if self.swap.is_some_and(|expected| expected != found) {
            let path = path.clone();
            return Err(RepoError::Swap { path, found });
        }
        let action = match (&self.action, found) {
            (WriteAction::Create(_), Some(_)) => {
                return Err(RepoError::AlreadyExists(path.clone()));
            }
            (WriteAction::Update(_) | WriteAction::Delete, None) => {
                return Err(RepoError::NotFound(path.clone()));
            }
            (WriteAction::Create(_) | WriteAction::Put(_), None) => OpAction::Create,
            (WriteAction::Update(_) | WriteAction::Put(_), Some(_)) => OpAction::Update,
            (WriteAction::Delete, Some(_)) => OpAction::Delete,
        };
        Ok((found != cid).then(|| RepoOp {
            action,
            collection: self.collection.clone(),
            rkey: self.rkey.clone(),
            cid,
            prev: found,
        }))
    }
}

impl RepoOp {
    /// Where the record is.
    pub fn path(&self) -> RepoPath {
        RepoPath::new(&self.collection, &self.rkey)
    }
}

impl OpAction {
    /// The word for it in a `#commit` event.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// The action of a word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Create, Self::Update, Self::Delete]
            .into_iter()
            .find(|action| action.as_str() == name)
    }
}
