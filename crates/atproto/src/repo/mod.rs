//! Repos: signed trees of records. atproto.com/specs/repository
//!
//! Reading and writing repos, exporting and checking them, and proving what is in them. Blocks come
//! from a [`BlockSource`] and go back to the caller as lists: where they lie is not known here.

mod apply_writes;
mod block_source;
pub mod car;
mod change;
mod commit;
mod diff;
pub mod mst;
mod path;
mod proof;
mod verify;
mod write;

pub use apply_writes::apply_writes;
pub use block_source::{BlockMap, BlockSource};
pub use change::{InvertError, PathChange, invert};
pub use commit::{Commit, CommitError};
pub use diff::{TreeDiff, diff};
pub use mst::{Mst, MstError, TreeChange, TreeError};
pub use path::{RepoPath, key_height};
pub use proof::{ProvenRecord, prove_record, verify_record};
pub use verify::{VerifiedRecord, VerifiedRepo, VerifyError, verify_blocks, verify_car};
pub(crate) use verify::{read_commit, read_record};
pub use write::{
    Head, MAX_COMMIT_BLOCKS_BYTES, MAX_WRITES, NewCommit, OpAction, RepoError, RepoOp, Write,
    WriteAction,
};
