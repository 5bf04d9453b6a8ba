//! Nodes of the tree as they are worked on.

use std::sync::Arc;

use crate::data::Cid;
use crate::repo::RepoPath;

/// A subtree: one that lies in the store, or one that was changed and has no CID yet.
#[derive(Debug, Clone)]
pub(in crate::repo) enum Subtree {
    Stored(Cid),
    Changed(Arc<Node>),
}

/// A node: entries of one height, with subtrees of the next lower height before, between and after.
///
/// The places for subtrees are called gaps: gap 0 is before entry 0, gap `n` after entry `n - 1`.
#[derive(Debug, Clone, Default)]
pub(in crate::repo) struct Node {
    /// Gap 0.
    pub left: Option<Subtree>,
    pub entries: Vec<Entry>,
}

/// A record's place in the tree.
#[derive(Debug, Clone)]
pub(in crate::repo) struct Entry {
    pub path: RepoPath,
    /// The record.
    pub value: Cid,
    /// The gap behind it.
    pub right: Option<Subtree>,
}

/// The part of the tree in which a node must lie: the height of its entries, and the entries of
/// its ancestors that its own must lie between.
#[derive(Debug, Clone, Copy)]
pub(in crate::repo) struct Span<'a> {
    pub height: u8,
    pub after: Option<&'a RepoPath>,
    pub before: Option<&'a RepoPath>,
}

impl<'a> Span<'a> {
    /// The span of the root of a tree of this height.
    pub fn whole(height: u8) -> Self {
        Self {
            height,
            after: None,
            before: None,
        }
    }

    /// The span of a gap of `node`, which itself lies in this span. There is none below height 0,
    /// where nodes have no subtrees.
    pub fn of_gap(self, node: &'a Node, gap: usize) -> Self {
        Self {
            height: self.height.saturating_sub(1),
            after: gap
                .checked_sub(1)
                .map_or(self.after, |index| Some(&node.entries[index].path)),
            before: node
                .entries
                .get(gap)
                .map_or(self.before, |entry| Some(&entry.path)),
        }
    }
}

impl Node {
    /// A node with one entry.
    pub fn single(left: Option<Subtree>, entry: Entry) -> Self {
        Self {
            left,
            entries: vec![entry],
        }
    }

    /// The index of the entry of a path, or else the gap in which it would lie.
    pub fn position(&self, path: &RepoPath) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| entry.path.cmp(path))
    }

    /// The subtree in a gap.
    pub fn gap(&self, gap: usize) -> Option<&Subtree> {
        match gap.checked_sub(1) {
            None => self.left.as_ref(),
            Some(index) => self.entries[index].right.as_ref(),
        }
    }

    /// Puts a subtree into a gap.
    pub fn set_gap(&mut self, gap: usize, subtree: Option<Subtree>) {
        match gap.checked_sub(1) {
            None => self.left = subtree,
            Some(index) => self.entries[index].right = subtree,
        }
    }

    /// All subtrees from left to right.
    pub fn subtrees(&self) -> impl Iterator<Item = &Subtree> {
        let behind = self.entries.iter().filter_map(|entry| entry.right.as_ref());
        self.left.iter().chain(behind)
    }

    /// Whether there is nothing in it: such a node exists only as the root of the empty tree.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.left.is_none()
    }

    /// The node as a subtree, unless nothing is left of it.
    pub fn into_subtree(self) -> Option<Subtree> {
        (!self.is_empty()).then(|| Subtree::Changed(Arc::new(self)))
    }
}

/// Lifts a subtree from its height to a greater one, by nodes that hold nothing but a subtree.
pub(super) fn lift(subtree: Option<Subtree>, from: u8, to: u8) -> Option<Subtree> {
    (from..to).fold(subtree, |left, _| {
        let entries = Vec::new();
        Node { left, entries }.into_subtree()
    })
}
