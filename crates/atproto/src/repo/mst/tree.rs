//! A tree of which some nodes are loaded, and the way to a node.
//!
//! What is done with the tree is written as plain functions over the loaded nodes. One that comes
//! to a node that is not loaded stops with [`Stop::Missing`] and has changed nothing; whoever
//! called it loads the block and calls again. So no function here waits, and each is short, at the
//! price of walking a few nodes in memory more than once.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use super::codec::{self, NodeError};
use super::node::{Node, Span, Subtree};
use crate::data::Cid;
use crate::repo::BlockMap;

/// Why a tree cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// A node that is needed is not there.
    #[error("block {0} is missing")]
    MissingBlock(Cid),
    /// A block with bytes that are not those of its CID.
    #[error("block {0} does not have the bytes that its CID says")]
    WrongHash(Cid),
    /// A block that is not a valid node at its place in the tree.
    #[error("block {cid} is not a valid tree node")]
    Node {
        /// The block.
        cid: Cid,
        /// What is wrong with it.
        #[source]
        error: NodeError,
    },
}

/// Why an attempt on a partly loaded tree ended.
#[derive(Debug)]
pub(in crate::repo) enum Stop {
    /// This node must be loaded first.
    Missing(Cid),
    /// The tree is not a valid one.
    Invalid(TreeError),
}

/// A tree, partly loaded, maybe with changes.
#[derive(Debug, Clone, Default)]
pub(in crate::repo) struct Tree {
    /// `None` is the empty tree.
    pub root: Option<Subtree>,
    /// Nodes as they lie in the store.
    nodes: HashMap<Cid, (Arc<Node>, Bytes)>,
}

impl Tree {
    /// The tree under a root that lies in the store.
    pub fn stored(root: Cid) -> Self {
        Self {
            root: Some(Subtree::Stored(root)),
            nodes: HashMap::new(),
        }
    }

    /// Takes up the block of a node.
    pub fn add_block(&mut self, cid: Cid, bytes: Bytes) -> Result<(), TreeError> {
        if Cid::dag_cbor_sha256(&bytes) != cid {
            return Err(TreeError::WrongHash(cid));
        }
        let node = codec::decode(&bytes).map_err(|error| TreeError::Node { cid, error })?;
        self.nodes.insert(cid, (Arc::new(node), bytes));
        Ok(())
    }

    /// Takes up a node that has just been encoded.
    pub fn add_node(&mut self, cid: Cid, node: Node, bytes: Bytes) {
        self.nodes.insert(cid, (Arc::new(node), bytes));
    }

    /// Lets go of a node that the tree no longer has.
    pub fn forget(&mut self, cid: &Cid) {
        self.nodes.remove(cid);
    }

    /// A loaded node and its block.
    pub fn loaded(&self, cid: &Cid) -> Option<&(Arc<Node>, Bytes)> {
        self.nodes.get(cid)
    }

    /// Tries until all nodes that are needed have been taken from `blocks`.
    pub fn resolve<T>(
        &mut self,
        blocks: &BlockMap,
        mut attempt: impl FnMut(&Self) -> Result<T, Stop>,
    ) -> Result<T, TreeError> {
        loop {
            match attempt(self) {
                Ok(value) => return Ok(value),
                Err(Stop::Invalid(error)) => return Err(error),
                Err(Stop::Missing(cid)) => {
                    let bytes = blocks.get(&cid).ok_or(TreeError::MissingBlock(cid))?;
                    self.add_block(cid, bytes.clone())?;
                }
            }
        }
    }

    /// The root and the span of the whole tree; `None` if the tree is empty.
    ///
    /// The root's height is that of its entries, and each layer below has the next lower one: so
    /// the depth is bounded by the zero bits of a hash, at most 128, and a chain of nodes deeper
    /// than its topmost key is refused on the way.
    pub fn open_root(&self) -> Result<Option<(Arc<Node>, Span<'static>)>, Stop> {
        let Some(root) = &self.root else {
            return Ok(None);
        };
        let node = self.node(root)?;
        if let Some(entry) = node.entries.first() {
            let span = Span::whole(entry.path.height());
            check(root, &node, span)?;
            return Ok(Some((node, span)));
        }
        match root {
            Subtree::Stored(cid) if !node.is_empty() => Err(invalid(*cid, NodeError::Empty)),
            _ => Ok(None),
        }
    }

    /// The node of a subtree that lies in `span`.
    pub fn open(&self, subtree: &Subtree, span: Span<'_>) -> Result<Arc<Node>, Stop> {
        let node = self.node(subtree)?;
        check(subtree, &node, span)?;
        Ok(node)
    }

    /// The node in a gap of `node`, which lies in `span`; `None` if nothing is in the gap.
    pub fn open_gap<'a>(
        &self,
        node: &'a Node,
        span: Span<'a>,
        gap: usize,
    ) -> Result<Option<(Arc<Node>, Span<'a>)>, Stop> {
        let span = span.of_gap(node, gap);
        node.gap(gap)
            .map(|subtree| Ok((self.open(subtree, span)?, span)))
            .transpose()
    }

    fn node(&self, subtree: &Subtree) -> Result<Arc<Node>, Stop> {
        match subtree {
            Subtree::Changed(node) => Ok(Arc::clone(node)),
            Subtree::Stored(cid) => match self.nodes.get(cid) {
                Some((node, _)) => Ok(Arc::clone(node)),
                None => Err(Stop::Missing(*cid)),
            },
        }
    }
}

/// Checks that a node of the store is what its place asks for. Changed nodes are made by steps that
/// keep the tree valid.
fn check(subtree: &Subtree, node: &Node, span: Span<'_>) -> Result<(), Stop> {
    let Subtree::Stored(cid) = subtree else {
        return Ok(());
    };
    let fault = |error| Err(invalid(*cid, error));
    if node.is_empty() {
        return fault(NodeError::Empty);
    }
    if span.height == 0 && node.subtrees().next().is_some() {
        return fault(NodeError::BelowBottom);
    }
    if let (Some(first), Some(last)) = (node.entries.first(), node.entries.last()) {
        // The entries of a node are of one height, or it would not have been decoded.
        if first.path.height() != span.height {
            return fault(NodeError::Height);
        }
        if span.after.is_some_and(|after| *after >= first.path)
            || span.before.is_some_and(|before| *before <= last.path)
        {
            return fault(NodeError::Bounds);
        }
    }
    Ok(())
}

fn invalid(cid: Cid, error: NodeError) -> Stop {
    Stop::Invalid(TreeError::Node { cid, error })
}
