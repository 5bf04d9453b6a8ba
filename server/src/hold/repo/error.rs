//! Why the repo was not read or written.

use atproto::data::Cid;
use atproto::repo::RepoPath;

use crate::db::DatabaseError;

/// A refusal or failure of the repo.
#[derive(Debug, thiserror::Error)]
pub enum RepoError {
    /// A create where a record is.
    #[error("there is already a record at {0}")]
    RecordExists(RepoPath),
    /// An update or delete where none is.
    #[error("there is no record at {0}")]
    RecordNotFound(RepoPath),
    /// The record or commit is not the one the writer expected.
    #[error("{0}")]
    InvalidSwap(String),
    /// The record does not follow its lexicon, or is too large.
    #[error("the record at {path} is not valid: {reason}")]
    InvalidRecord {
        /// Where.
        path: RepoPath,
        /// What is wrong, for whoever wrote it.
        reason: String,
    },
    /// The record refers to a blob that was not uploaded.
    #[error("the record at {path} refers to the blob {cid}, which was not uploaded")]
    BlobNotFound {
        /// Where.
        path: RepoPath,
        /// Which blob.
        cid: Cid,
    },
    /// Too many writes, or too large.
    #[error("{0}")]
    InvalidWrites(String),
    /// What is stored is not what was stored: the database was changed from outside.
    #[error("the hold's repo is damaged: {0}")]
    Damaged(String),
    /// Another process moved the head without its lock.
    #[error("the hold's repo was changed by somebody else meanwhile; try again")]
    Conflict,
    /// The hold has no repo yet.
    #[error("the hold has no repo yet")]
    NoRepo,
    /// The database failed.
    #[error("the hold's database failed")]
    Database(#[from] DatabaseError),
}

impl RepoError {
    /// A refusal of the protocol's library.
    pub(super) fn of_library(error: atproto::repo::RepoError<DatabaseError>) -> Self {
        use atproto::repo::{MstError, RepoError as Library};
        match error {
            Library::Tree(MstError::Source(source)) => Self::Database(source),
            Library::Tree(MstError::Tree(tree)) => Self::Damaged(tree.to_string()),
            Library::AlreadyExists(path) => Self::RecordExists(path),
            Library::NotFound(path) => Self::RecordNotFound(path),
            Library::Swap { path, found } => Self::InvalidSwap(match found {
                Some(cid) => format!("the record at {path} is {cid} now"),
                None => format!("there is no record at {path} now"),
            }),
            Library::Record { path, limit } => Self::InvalidRecord {
                path,
                reason: limit.to_string(),
            },
            other @ (Library::TooManyWrites(_)
            | Library::RepeatedPath(_)
            | Library::RevNotLater { .. }
            | Library::TooLarge(_)) => Self::InvalidWrites(other.to_string()),
        }
    }
}
