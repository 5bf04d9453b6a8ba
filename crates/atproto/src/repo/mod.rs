//! Repos: signed trees of records. atproto.com/specs/repository
//!
//! Reading and writing repos, exporting and checking them, and proving what is in them. Blocks come
//! from a [`BlockSource`] and go back to the caller as lists: where they lie is not known here.

mod apply_writes;
mod block_source;
pub mod car;
mod commit;
pub mod mst;
mod path;
mod write;

pub use apply_writes::apply_writes;
pub use block_source::{BlockMap, BlockSource};
pub use commit::{Commit, CommitError};
pub use mst::{Mst, MstError, TreeChange, TreeError};
pub use path::{RepoPath, key_height};
pub use write::{
    Head, MAX_COMMIT_BLOCKS_BYTES, MAX_WRITES, NewCommit, OpAction, RepoError, RepoOp, Write,
    WriteAction,
};
