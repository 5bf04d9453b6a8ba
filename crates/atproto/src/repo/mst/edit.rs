//! Setting and removing entries.
//!
//! The shape of a tree follows from its keys alone, so each step must lead to exactly the tree that
//! building it anew would: a new entry splits the subtree it falls into, at every layer down; a
//! removed one joins the two subtrees beside it, at every layer down; a node that is left with
//! nothing goes, and so does a root that is left with only a subtree.

use super::node::{Entry, Node, Span, Subtree, lift};
use super::tree::{Stop, Tree};
use crate::data::Cid;
use crate::repo::RepoPath;

impl Tree {
    /// The root after `path` has been set to `value`.
    pub fn set(&self, path: &RepoPath, value: Cid) -> Result<Option<Subtree>, Stop> {
        let entry = Entry {
            path: path.clone(),
            value,
            right: None,
        };
        let Some((root, span)) = self.open_root()? else {
            return Ok(Node::single(None, entry).into_subtree());
        };
        if path.height() <= span.height {
            return self.set_in(&root, span, entry);
        }
        let (left, right) = self.split(&root, span, path)?;
        let below = path.height() - 1;
        let left = lift(left, span.height, below);
        let right = lift(right, span.height, below);
        Ok(Node::single(left, Entry { right, ..entry }).into_subtree())
    }

    fn set_in(&self, node: &Node, span: Span<'_>, entry: Entry) -> Result<Option<Subtree>, Stop> {
        let mut changed = node.clone();
        match node.position(&entry.path) {
            Ok(index) => changed.entries[index].value = entry.value,
            Err(gap) if entry.path.height() == span.height => {
                let (left, right) = self.split_gap(node, span, gap, &entry.path)?;
                changed.set_gap(gap, left);
                changed.entries.insert(gap, Entry { right, ..entry });
            }
            Err(gap) => {
                let subtree = if let Some((child, span)) = self.open_gap(node, span, gap)? {
                    self.set_in(&child, span, entry)?
                } else {
                    let height = entry.path.height();
                    let single = Node::single(None, entry).into_subtree();
                    lift(single, height, span.height - 1)
                };
                changed.set_gap(gap, subtree);
            }
        }
        Ok(changed.into_subtree())
    }

    /// What lies before and what lies after a path that the node, being lower, does not have.
    fn split(
        &self,
        node: &Node,
        span: Span<'_>,
        path: &RepoPath,
    ) -> Result<(Option<Subtree>, Option<Subtree>), Stop> {
        let gap = node.entries.partition_point(|entry| entry.path < *path);
        let (before, after) = self.split_gap(node, span, gap, path)?;
        let mut left = Node {
            left: node.left.clone(),
            entries: node.entries[..gap].to_vec(),
        };
        left.set_gap(gap, before);
        let right = Node {
            left: after,
            entries: node.entries[gap..].to_vec(),
        };
        Ok((left.into_subtree(), right.into_subtree()))
    }

    fn split_gap(
        &self,
        node: &Node,
        span: Span<'_>,
        gap: usize,
        path: &RepoPath,
    ) -> Result<(Option<Subtree>, Option<Subtree>), Stop> {
        match self.open_gap(node, span, gap)? {
            Some((child, span)) => self.split(&child, span, path),
            None => Ok((None, None)),
        }
    }

    /// The root after `path` has been removed; as it was if there was no such entry.
    pub fn unset(&self, path: &RepoPath) -> Result<Option<Subtree>, Stop> {
        let Some((root, span)) = self.open_root()? else {
            return Ok(self.root.clone());
        };
        match self.unset_in(&root, span, path)? {
            Some(changed) => self.trim(changed.into_subtree(), span.height),
            None => Ok(self.root.clone()),
        }
    }

    /// The node without the entry; `None` if it did not have it.
    fn unset_in(&self, node: &Node, span: Span<'_>, path: &RepoPath) -> Result<Option<Node>, Stop> {
        let mut changed = node.clone();
        match node.position(path) {
            Ok(index) => {
                let (before, after) = (span.of_gap(node, index), span.of_gap(node, index + 1));
                let joined = self.join((node.gap(index), before), (node.gap(index + 1), after))?;
                changed.entries.remove(index);
                changed.set_gap(index, joined);
            }
            Err(gap) => {
                let Some((child, span)) = self.open_gap(node, span, gap)? else {
                    return Ok(None);
                };
                let Some(child) = self.unset_in(&child, span, path)? else {
                    return Ok(None);
                };
                changed.set_gap(gap, child.into_subtree());
            }
        }
        Ok(Some(changed))
    }

    /// Two neighbouring subtrees of one height as one.
    fn join(
        &self,
        (left, left_span): (Option<&Subtree>, Span<'_>),
        (right, right_span): (Option<&Subtree>, Span<'_>),
    ) -> Result<Option<Subtree>, Stop> {
        let (Some(left), Some(right)) = (left, right) else {
            return Ok(left.or(right).cloned());
        };
        let left = self.open(left, left_span)?;
        let right = self.open(right, right_span)?;
        let seam = left.entries.len();
        let inner = self.join(
            (left.gap(seam), left_span.of_gap(&left, seam)),
            (right.gap(0), right_span.of_gap(&right, 0)),
        )?;
        let mut joined = Node::clone(&left);
        joined.entries.extend_from_slice(&right.entries);
        joined.set_gap(seam, inner);
        Ok(joined.into_subtree())
    }

    /// Goes down from a root to the first node with an entry.
    fn trim(&self, root: Option<Subtree>, height: u8) -> Result<Option<Subtree>, Stop> {
        let mut root = root;
        for height in (0..=height).rev() {
            let Some(subtree) = &root else {
                return Ok(None);
            };
            let node = self.open(subtree, Span::whole(height))?;
            if !node.entries.is_empty() {
                return Ok(root);
            }
            root.clone_from(&node.left);
        }
        Ok(root)
    }
}
