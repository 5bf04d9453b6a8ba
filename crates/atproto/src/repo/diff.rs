//! The differences of two trees, without reading what they share.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::mst::{Mst, MstError, Node, Span, Subtree};
use super::{BlockSource, PathChange, RepoPath};
use crate::data::Cid;

/// What differs between two trees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TreeDiff {
    /// The paths that differ, in order.
    pub changes: Vec<PathChange>,
    /// Nodes that only the later tree has.
    pub added_nodes: Vec<Cid>,
    /// Nodes that only the earlier tree has.
    pub dropped_nodes: Vec<Cid>,
}

/// What changed from one tree to another, both in one source; `None` is the tree of a repo that did
/// not exist yet.
pub async fn diff<S: BlockSource>(
    source: &mut S,
    before: Option<Cid>,
    after: Cid,
) -> Result<TreeDiff, MstError<S::Error>> {
    let mut old = Walk::new(before);
    let mut new = Walk::new(Some(after));
    let mut changes = Vec::new();
    loop {
        match (old.ahead.last(), new.ahead.last()) {
            (None, None) => break,
            (Some(Ahead::Subtree(left)), Some(Ahead::Subtree(right))) if left.cid == right.cid => {
                old.ahead.pop();
                new.ahead.pop();
            }
            // Of two subtrees the higher is opened first: the other one may turn up inside.
            (Some(Ahead::Subtree(left)), Some(Ahead::Subtree(right)))
                if left.height() > right.height() =>
            {
                old.open(source).await?;
            }
            (_, Some(Ahead::Subtree(_))) => new.open(source).await?,
            (Some(Ahead::Subtree(_)), _) => old.open(source).await?,
            (left, right) => {
                let (left, right) = (left.and_then(Ahead::entry), right.and_then(Ahead::entry));
                let (takes_old, takes_new) = which_first(left, right);
                let left = takes_old.then(|| old.next_entry()).flatten();
                let right = takes_new.then(|| new.next_entry()).flatten();
                changes.extend(compare(left, right));
            }
        }
    }
    let (in_old, in_new) = (as_set(&old.opened), as_set(&new.opened));
    old.opened.retain(|cid| !in_new.contains(cid));
    new.opened.retain(|cid| !in_old.contains(cid));
    Ok(TreeDiff {
        changes,
        added_nodes: new.opened,
        dropped_nodes: old.opened,
    })
}

fn as_set(cids: &[Cid]) -> HashSet<Cid> {
    cids.iter().copied().collect()
}

/// Which of two entries comes next; both if they are of one path.
fn which_first(left: Option<&RepoPath>, right: Option<&RepoPath>) -> (bool, bool) {
    let order = match (left, right) {
        (Some(left), Some(right)) => left.cmp(right),
        (Some(_), None) => Ordering::Less,
        (None, _) => Ordering::Greater,
    };
    (order.is_le(), order.is_ge())
}

fn compare(left: Option<(RepoPath, Cid)>, right: Option<(RepoPath, Cid)>) -> Option<PathChange> {
    let before = left.as_ref().map(|(_, record)| *record);
    let after = right.as_ref().map(|(_, record)| *record);
    let (path, _) = left.or(right)?;
    (before != after).then_some(PathChange {
        path,
        before,
        after,
    })
}

/// A tree that is walked in order; what is ahead lies on a stack, the next on top.
struct Walk {
    tree: Mst,
    ahead: Vec<Ahead>,
    opened: Vec<Cid>,
}

enum Ahead {
    Entry(RepoPath, Cid),
    Subtree(Place),
}

/// A subtree and where it lies.
struct Place {
    cid: Cid,
    /// `None` for the root, whose height is not known before it is read; it is above all others.
    height: Option<u8>,
    after: Option<RepoPath>,
    before: Option<RepoPath>,
}

impl Walk {
    fn new(root: Option<Cid>) -> Self {
        let place = root.map(|cid| Place {
            cid,
            height: None,
            after: None,
            before: None,
        });
        Self {
            tree: root.map_or_else(Mst::empty, Mst::load),
            ahead: place.into_iter().map(Ahead::Subtree).collect(),
            opened: Vec::new(),
        }
    }

    /// Puts what is in the subtree on top in its place.
    async fn open<S: BlockSource>(&mut self, source: &mut S) -> Result<(), MstError<S::Error>> {
        let Some(Ahead::Subtree(place)) = self.ahead.pop() else {
            return Ok(());
        };
        self.opened.push(place.cid);
        let opened = self.tree.attempt(source, |tree| match place.span() {
            None => Ok(tree.open_root()?.map(|(node, span)| (node, span.height))),
            Some(span) => {
                let node = tree.open(&Subtree::Stored(place.cid), span)?;
                Ok(Some((node, span.height)))
            }
        });
        let Some((node, height)) = opened.await? else {
            return Ok(());
        };
        for gap in (0..=node.entries.len()).rev() {
            self.ahead
                .extend(place.below(&node, height, gap).map(Ahead::Subtree));
            if let Some(index) = gap.checked_sub(1) {
                let entry = &node.entries[index];
                self.ahead
                    .push(Ahead::Entry(entry.path.clone(), entry.value));
            }
        }
        Ok(())
    }

    fn next_entry(&mut self) -> Option<(RepoPath, Cid)> {
        match self.ahead.pop() {
            Some(Ahead::Entry(path, record)) => Some((path, record)),
            _ => None,
        }
    }
}

impl Ahead {
    fn entry(&self) -> Option<&RepoPath> {
        match self {
            Self::Entry(path, _) => Some(path),
            Self::Subtree(_) => None,
        }
    }
}

impl Place {
    fn height(&self) -> u8 {
        self.height.unwrap_or(u8::MAX)
    }

    fn span(&self) -> Option<Span<'_>> {
        self.height.map(|height| Span {
            height,
            after: self.after.as_ref(),
            before: self.before.as_ref(),
        })
    }

    /// The place of what is in a gap of the node that was here.
    fn below(&self, node: &Node, height: u8, gap: usize) -> Option<Self> {
        let Some(Subtree::Stored(cid)) = node.gap(gap) else {
            return None;
        };
        let own = Span {
            height,
            after: self.after.as_ref(),
            before: self.before.as_ref(),
        };
        let span = own.of_gap(node, gap);
        Some(Self {
            cid: *cid,
            height: Some(span.height),
            after: span.after.cloned(),
            before: span.before.cloned(),
        })
    }
}
