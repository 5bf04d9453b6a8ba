//! Changes of a tree, and how they are undone.

use super::mst::Tree;
use super::{BlockMap, RepoOp, RepoPath, TreeError};
use crate::data::Cid;

/// What became of one path between two trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathChange {
    /// The path.
    pub path: RepoPath,
    /// The record that was there.
    pub before: Option<Cid>,
    /// The record that is there now.
    pub after: Option<Cid>,
}

/// Why changes cannot be undone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvertError {
    /// The blocks are incomplete or not those of a tree.
    #[error("the tree cannot be read")]
    Tree(#[from] TreeError),
    /// The tree has something else at the path than the change says.
    #[error("the tree does not have at {0} what the operation says")]
    NotThere(RepoPath),
}

/// The root that a tree had before some changes, from the tree that it has now.
///
/// With this, whoever knows the root before can check that a commit did exactly what it says, with
/// only the blocks that the commit came with. atproto.com/specs/sync#commit-validation
pub fn invert<'a>(
    root: Cid,
    changes: impl IntoIterator<Item = &'a PathChange, IntoIter: DoubleEndedIterator>,
    blocks: &BlockMap,
) -> Result<Cid, InvertError> {
    let mut tree = Tree::stored(root);
    for change in changes.into_iter().rev() {
        let path = &change.path;
        if tree.resolve(blocks, |tree| tree.find(path))? != change.after {
            return Err(InvertError::NotThere(path.clone()));
        }
        tree.root = match change.before {
            Some(record) => tree.resolve(blocks, |tree| tree.set(path, record))?,
            None => tree.resolve(blocks, |tree| tree.unset(path))?,
        };
    }
    Ok(tree.store(None).root)
}

impl From<&RepoOp> for PathChange {
    fn from(op: &RepoOp) -> Self {
        Self {
            path: op.path(),
            before: op.prev,
            after: op.cid,
        }
    }
}
