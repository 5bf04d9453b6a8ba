//! The Merkle Search Tree: a map from repo paths to records whose root names its whole contents.
//! atproto.com/specs/repository#mst-structure
//!
//! Nodes are loaded when they are needed, so that a change to a large tree reads and writes a path
//! of nodes and not the tree. Whatever is loaded is checked: its hash, its encoding, the order and
//! syntax of its keys, and that it lies where its keys belong.

mod codec;
mod edit;
mod node;
mod read;
mod store;
mod tree;

use std::ops::{Bound, RangeBounds};

use bytes::Bytes;

pub use codec::{NodeError, shared_prefix};
pub use tree::TreeError;

pub(in crate::repo) use node::{Node, Span, Subtree};
pub(in crate::repo) use tree::{Stop, Tree};

use super::{BlockSource, RepoPath};
use crate::data::Cid;

/// A tree, loaded as far as it was needed, with the changes that were made.
#[derive(Debug, Clone, Default)]
pub struct Mst {
    tree: Tree,
    /// The root in the store that the changes began with.
    base: Option<Cid>,
}

/// What must be stored so that a changed tree can be read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeChange {
    /// The root of the tree as it is now.
    pub root: Cid,
    /// Nodes that the tree did not have before, from the root downwards.
    pub added: Vec<(Cid, Bytes)>,
    /// Nodes that the tree had before and no longer has.
    pub dropped: Vec<Cid>,
}

/// Why an operation on a tree failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MstError<E> {
    /// The source of blocks failed.
    #[error("blocks cannot be read")]
    Source(#[source] E),
    /// The tree in the source is incomplete or not a valid one.
    #[error("the tree cannot be read")]
    Tree(#[source] TreeError),
}

impl Mst {
    /// The tree without entries, for a repo that has never had a commit.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The tree under a root. Nothing is read yet.
    pub fn load(root: Cid) -> Self {
        Self {
            tree: Tree::stored(root),
            base: Some(root),
        }
    }

    /// The record at a path.
    pub async fn get<S: BlockSource>(
        &mut self,
        source: &mut S,
        path: &RepoPath,
    ) -> Result<Option<Cid>, MstError<S::Error>> {
        self.attempt(source, |tree| tree.find(path)).await
    }

    /// Sets the record at a path, and says which one was there before.
    pub async fn insert<S: BlockSource>(
        &mut self,
        source: &mut S,
        path: &RepoPath,
        record: Cid,
    ) -> Result<Option<Cid>, MstError<S::Error>> {
        let previous = self.get(source, path).await?;
        if previous != Some(record) {
            self.tree.root = self.attempt(source, |tree| tree.set(path, record)).await?;
        }
        Ok(previous)
    }

    /// Removes a path, and says which record was there.
    pub async fn remove<S: BlockSource>(
        &mut self,
        source: &mut S,
        path: &RepoPath,
    ) -> Result<Option<Cid>, MstError<S::Error>> {
        let previous = self.get(source, path).await?;
        if previous.is_some() {
            self.tree.root = self.attempt(source, |tree| tree.unset(path)).await?;
        }
        Ok(previous)
    }

    /// The entries in a range of keys, in order, at most `limit` of them.
    ///
    /// Bounds are text and need not be paths: what lies between `io.atcr.tag/` and `io.atcr.tag0`,
    /// as a pair of `Bound`s, is a collection; `..` is everything.
    pub async fn entries<S: BlockSource>(
        &mut self,
        source: &mut S,
        range: impl RangeBounds<str> + Send,
        limit: usize,
    ) -> Result<Vec<(RepoPath, Cid)>, MstError<S::Error>> {
        let (start, end) = (range.start_bound(), range.end_bound());
        let mut found: Vec<(RepoPath, Cid)> = Vec::new();
        // Each attempt goes on where the last one came to a missing node.
        let attempt = |tree: &Tree| {
            let last = found.last().map(|(path, _)| path.clone());
            let start = last
                .as_ref()
                .map_or(start, |path| Bound::Excluded(path.as_str()));
            tree.collect((start, end), limit, &mut found)
        };
        self.attempt(source, attempt).await?;
        Ok(found)
    }

    /// The nodes from the root to a path, or to where it would be: with the commit, the proof of
    /// what is there. Of changes that were not stored by [`Mst::finish`] there is no proof.
    pub async fn proof<S: BlockSource>(
        &mut self,
        source: &mut S,
        path: &RepoPath,
    ) -> Result<Vec<(Cid, Bytes)>, MstError<S::Error>> {
        let nodes = self.attempt(source, |tree| tree.path_to(path)).await?;
        Ok(self.tree.blocks(nodes))
    }

    /// The nodes from the root to a path and to those directly before and after it: with the nodes
    /// that a commit added, what undoing its change of this path takes.
    /// atproto.com/specs/sync#commit-validation
    pub async fn covering_proof<S: BlockSource>(
        &mut self,
        source: &mut S,
        path: &RepoPath,
    ) -> Result<Vec<(Cid, Bytes)>, MstError<S::Error>> {
        let nodes = self.attempt(source, |tree| tree.covering(path)).await?;
        Ok(self.tree.blocks(nodes))
    }

    /// Encodes the changes, and begins anew with the tree as it is now.
    pub fn finish(&mut self) -> TreeChange {
        let change = self.tree.store(self.base);
        self.base = Some(change.root);
        change
    }

    /// Tries until all nodes that are needed have been read.
    pub(in crate::repo) async fn attempt<S: BlockSource, T>(
        &mut self,
        source: &mut S,
        mut attempt: impl FnMut(&Tree) -> Result<T, Stop>,
    ) -> Result<T, MstError<S::Error>> {
        loop {
            let missing = match attempt(&self.tree) {
                Ok(value) => return Ok(value),
                Err(Stop::Invalid(error)) => return Err(MstError::Tree(error)),
                Err(Stop::Missing(cid)) => cid,
            };
            let block = source.read_block(missing).await.map_err(MstError::Source)?;
            let block = block.ok_or(MstError::Tree(TreeError::MissingBlock(missing)))?;
            self.tree
                .add_block(missing, block)
                .map_err(MstError::Tree)?;
        }
    }
}
