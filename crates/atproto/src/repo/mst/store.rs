//! From a changed tree to blocks.

use std::collections::HashSet;

use bytes::Bytes;

use super::TreeChange;
use super::codec;
use super::node::{Node, Subtree};
use super::tree::Tree;
use crate::data::Cid;

impl Tree {
    /// Encodes all changed nodes, so that the tree is one of stored nodes again, and compares it
    /// with the tree under `base`, from which it came.
    pub fn store(&mut self, base: Option<Cid>) -> TreeChange {
        let mut fresh = Vec::new();
        let root = match self.root.take() {
            Some(root) => encode(&root, &mut fresh),
            None => encode(&Subtree::Changed(Node::default().into()), &mut fresh),
        };
        self.root = Some(Subtree::Stored(root));
        // Below a stored subtree of a changed node everything is as it was.
        let fresh_cids: HashSet<Cid> = fresh.iter().map(|(cid, ..)| *cid).collect();
        let unchanged: HashSet<Cid> = fresh
            .iter()
            .flat_map(|(_, node, _)| stored(node))
            .filter(|cid| !fresh_cids.contains(cid))
            .chain((fresh.is_empty()).then_some(root))
            .collect();

        let mut dropped = Vec::new();
        // A node that was changed and changed back is neither new nor dropped.
        let mut restored = HashSet::new();
        let mut waiting: Vec<Cid> = base.into_iter().collect();
        while let Some(cid) = waiting.pop() {
            if unchanged.contains(&cid) {
                continue;
            }
            if fresh_cids.contains(&cid) {
                restored.insert(cid);
            } else {
                dropped.push(cid);
            }
            // It was loaded, or it could not have been changed.
            waiting.extend(
                self.loaded(&cid)
                    .into_iter()
                    .flat_map(|(node, _)| stored(node)),
            );
        }
        for cid in &dropped {
            self.forget(cid);
        }
        let mut added = Vec::new();
        // Encoded from the bottom upwards.
        for (cid, node, bytes) in fresh.into_iter().rev() {
            if !restored.contains(&cid) {
                added.push((cid, bytes.clone()));
            }
            self.add_node(cid, node, bytes);
        }
        TreeChange {
            root,
            added,
            dropped,
        }
    }

    /// The blocks of loaded nodes, each once.
    pub fn blocks(&self, cids: Vec<Cid>) -> Vec<(Cid, Bytes)> {
        let mut seen = HashSet::new();
        cids.into_iter()
            .filter(|cid| seen.insert(*cid))
            .filter_map(|cid| self.loaded(&cid).map(|(_, bytes)| (cid, bytes.clone())))
            .collect()
    }
}

/// Encodes a subtree, its changed nodes from the bottom upwards, and says its CID.
fn encode(subtree: &Subtree, fresh: &mut Vec<(Cid, Node, Bytes)>) -> Cid {
    let node = match subtree {
        Subtree::Stored(cid) => return *cid,
        Subtree::Changed(node) => node,
    };
    let gaps = 0..=node.entries.len();
    let links: Vec<_> = gaps
        .map(|gap| node.gap(gap).map(|subtree| encode(subtree, fresh)))
        .collect();
    let bytes = Bytes::from(codec::encode(node, &links));
    let cid = Cid::dag_cbor_sha256(&bytes);
    let mut stored = Node::clone(node);
    for (gap, link) in links.into_iter().enumerate() {
        stored.set_gap(gap, link.map(Subtree::Stored));
    }
    fresh.push((cid, stored, bytes));
    cid
}

fn stored(node: &Node) -> impl Iterator<Item = Cid> {
    node.subtrees().filter_map(|subtree| match subtree {
        Subtree::Stored(cid) => Some(*cid),
        Subtree::Changed(_) => None,
    })
}
