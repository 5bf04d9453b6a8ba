//! Looking entries up, and collecting the nodes that prove them.

use std::ops::Bound;

use super::node::{Node, Span, Subtree};
use super::tree::{Stop, Tree};
use crate::data::Cid;
use crate::repo::RepoPath;

/// A range of keys.
pub(super) type Range<'a> = (Bound<&'a str>, Bound<&'a str>);

impl Tree {
    /// The record at a path.
    pub fn find(&self, path: &RepoPath) -> Result<Option<Cid>, Stop> {
        let Some((root, span)) = self.open_root()? else {
            return Ok(None);
        };
        self.find_in(&root, span, path)
    }

    fn find_in(&self, node: &Node, span: Span<'_>, path: &RepoPath) -> Result<Option<Cid>, Stop> {
        match node.position(path) {
            Ok(index) => Ok(Some(node.entries[index].value)),
            Err(gap) => match self.open_gap(node, span, gap)? {
                Some((child, span)) => self.find_in(&child, span, path),
                None => Ok(None),
            },
        }
    }

    /// The nodes from the root to a path, or to the gap where it would be: proof of what is there.
    pub fn path_to(&self, path: &RepoPath) -> Result<Vec<Cid>, Stop> {
        let mut proof = Vec::new();
        self.prove(path, false, &mut proof)?;
        Ok(proof)
    }

    /// The nodes from the root to a path and to the paths directly before and after it: all that
    /// undoing a change of this path needs. atproto.com/specs/sync#commit-validation
    pub fn covering(&self, path: &RepoPath) -> Result<Vec<Cid>, Stop> {
        let mut proof = Vec::new();
        self.prove(path, true, &mut proof)?;
        Ok(proof)
    }

    /// Collects the stored nodes on the way; changed ones have no CID yet.
    fn prove(&self, path: &RepoPath, neighbours: bool, proof: &mut Vec<Cid>) -> Result<(), Stop> {
        note(self.root.as_ref(), proof);
        match self.open_root()? {
            Some((root, span)) => self.prove_in(&root, span, path, neighbours, proof),
            None => Ok(()),
        }
    }

    fn prove_in(
        &self,
        node: &Node,
        span: Span<'_>,
        path: &RepoPath,
        neighbours: bool,
        proof: &mut Vec<Cid>,
    ) -> Result<(), Stop> {
        match node.position(path) {
            Ok(index) if neighbours => {
                self.prove_edge(node, span, index, Edge::Last, proof)?;
                self.prove_edge(node, span, index + 1, Edge::First, proof)
            }
            Ok(_) => Ok(()),
            // Where a path is missing, its neighbours are entries of the nodes on the way.
            Err(gap) => {
                let Some((child, span)) = self.open_gap(node, span, gap)? else {
                    return Ok(());
                };
                note(node.gap(gap), proof);
                self.prove_in(&child, span, path, neighbours, proof)
            }
        }
    }

    /// The nodes down to the first or last entry below a gap.
    fn prove_edge(
        &self,
        node: &Node,
        span: Span<'_>,
        gap: usize,
        edge: Edge,
        proof: &mut Vec<Cid>,
    ) -> Result<(), Stop> {
        let Some((child, span)) = self.open_gap(node, span, gap)? else {
            return Ok(());
        };
        note(node.gap(gap), proof);
        let next = match edge {
            Edge::First => 0,
            Edge::Last => child.entries.len(),
        };
        self.prove_edge(&child, span, next, edge, proof)
    }

    /// Appends the entries in a range, in order, until there are `limit` of them.
    pub fn collect(
        &self,
        range: Range<'_>,
        limit: usize,
        found: &mut Vec<(RepoPath, Cid)>,
    ) -> Result<(), Stop> {
        match self.open_root()? {
            Some((root, span)) => self.collect_in(&root, span, range, limit, found),
            None => Ok(()),
        }
    }

    fn collect_in(
        &self,
        node: &Node,
        span: Span<'_>,
        range: Range<'_>,
        limit: usize,
        found: &mut Vec<(RepoPath, Cid)>,
    ) -> Result<(), Stop> {
        let first = node
            .entries
            .partition_point(|entry| is_before(&entry.path, range));
        let end = node
            .entries
            .partition_point(|entry| !is_behind(&entry.path, range));
        for gap in first..=end {
            if let Some((child, span)) = self.open_gap(node, span, gap)? {
                self.collect_in(&child, span, range, limit, found)?;
            }
            if found.len() >= limit {
                break;
            }
            if let Some(entry) = node.entries[..end].get(gap) {
                found.push((entry.path.clone(), entry.value));
            }
        }
        Ok(())
    }
}

/// An end of a subtree.
#[derive(Debug, Clone, Copy)]
enum Edge {
    First,
    Last,
}

fn note(subtree: Option<&Subtree>, proof: &mut Vec<Cid>) {
    if let Some(Subtree::Stored(cid)) = subtree {
        proof.push(*cid);
    }
}

fn is_before(path: &RepoPath, (start, _): Range<'_>) -> bool {
    match start {
        Bound::Included(start) => path.as_str() < start,
        Bound::Excluded(start) => path.as_str() <= start,
        Bound::Unbounded => false,
    }
}

fn is_behind(path: &RepoPath, (_, end): Range<'_>) -> bool {
    match end {
        Bound::Included(end) => path.as_str() > end,
        Bound::Excluded(end) => path.as_str() >= end,
        Bound::Unbounded => false,
    }
}
