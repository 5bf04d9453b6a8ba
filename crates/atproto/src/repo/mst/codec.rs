//! Nodes as blocks. atproto.com/specs/repository#mst-structure
//!
//! ```text
//! {"e": [entry…], "l": link of gap 0 or null}
//! entry: {"k": rest of the path, "p": bytes it shares with the path before it,
//!         "t": link of the gap behind it or null, "v": link of the record}
//! ```

use std::collections::BTreeMap;

use crate::data::dag_cbor::{self, DagCborError};
use crate::data::{Cid, Codec, Ipld};
use crate::repo::RepoPath;

use super::node::{Entry, Node, Subtree};

/// Why a block is not a node of a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// Not DAG-CBOR in its canonical form.
    #[error("not canonical DAG-CBOR")]
    Encoding(#[source] DagCborError),
    /// Not the fields of a node, each of its type.
    #[error("not the fields of a tree node")]
    Shape,
    /// Shared bytes that the path before does not have, or more shared bytes than are said.
    #[error("an entry does not share exactly the bytes it says with the entry before it")]
    Prefix,
    /// A key that is not a repo path.
    #[error("a key is not a repo path")]
    Path,
    /// Keys that do not rise.
    #[error("keys are not in order")]
    Order,
    /// Keys outside what the parents allow.
    #[error("keys do not lie between those of the parent nodes")]
    Bounds,
    /// Keys that belong into another layer.
    #[error("keys do not belong into this layer of the tree")]
    Height,
    /// A subtree below the lowest layer.
    #[error("a subtree lies below the lowest layer")]
    BelowBottom,
    /// A node without entries and subtrees that is not the root, or a root with only a subtree.
    #[error("a node is empty, or a root holds nothing but a subtree")]
    Empty,
}

/// Encodes a node, of which `links` has the CIDs of the subtrees, gap by gap.
pub(super) fn encode(node: &Node, links: &[Option<Cid>]) -> Vec<u8> {
    let link = |gap: usize| links[gap].map_or(Ipld::Null, Ipld::Link);
    let mut previous = "";
    let mut entries = Vec::with_capacity(node.entries.len());
    for (index, entry) in node.entries.iter().enumerate() {
        let path = entry.path.as_str();
        let shared = shared_prefix(previous, path);
        let shared_length = i64::try_from(shared).expect("a path has at most 1024 bytes");
        entries.push(map([
            ("k", Ipld::Bytes(path.as_bytes()[shared..].to_vec())),
            ("p", Ipld::Integer(shared_length)),
            ("t", link(index + 1)),
            ("v", Ipld::Link(entry.value)),
        ]));
        previous = path;
    }
    dag_cbor::encode(&map([("e", Ipld::List(entries)), ("l", link(0))]))
}

/// Decodes a node and checks all that can be seen without its place in the tree: encoding, shape,
/// paths and their order, prefixes, and that its entries are of one height.
pub(super) fn decode(bytes: &[u8]) -> Result<Node, NodeError> {
    let node = dag_cbor::decode(bytes).map_err(NodeError::Encoding)?;
    let [entries, left] = fields(node, ["e", "l"])?;
    let Ipld::List(items) = entries else {
        return Err(NodeError::Shape);
    };
    let mut entries: Vec<Entry> = Vec::with_capacity(items.len());
    for item in items {
        let entry = decode_entry(item, entries.last())?;
        entries.push(entry);
    }
    let left = gap(&left)?;
    Ok(Node { left, entries })
}

fn decode_entry(item: Ipld, previous: Option<&Entry>) -> Result<Entry, NodeError> {
    let [key, prefix_length, right, value] = fields(item, ["k", "p", "t", "v"])?;
    let (Ipld::Bytes(rest), Ipld::Integer(prefix_length), Ipld::Link(value)) =
        (key, prefix_length, value)
    else {
        return Err(NodeError::Shape);
    };
    let rest = str::from_utf8(&rest).map_err(|_| NodeError::Path)?;
    let before = previous.map_or("", |entry| entry.path.as_str());
    let shared = usize::try_from(prefix_length)
        .ok()
        .and_then(|length| before.get(..length));
    let shared = shared.ok_or(NodeError::Prefix)?;
    let text = format!("{shared}{rest}");
    if shared_prefix(before, &text) != shared.len() {
        return Err(NodeError::Prefix);
    }
    let path: RepoPath = text.parse().map_err(|_| NodeError::Path)?;
    if let Some(previous) = previous {
        if previous.path >= path {
            return Err(NodeError::Order);
        }
        if previous.path.height() != path.height() {
            return Err(NodeError::Height);
        }
    }
    if value.codec() != Codec::DagCbor {
        return Err(NodeError::Shape);
    }
    let right = gap(&right)?;
    Ok(Entry { path, value, right })
}

/// How many bytes two keys share at their beginning.
///
/// Keys are compared as bytes; since paths are ASCII, a prefix always ends between characters.
pub fn shared_prefix(left: &str, right: &str) -> usize {
    left.bytes()
        .zip(right.bytes())
        .take_while(|(left, right)| left == right)
        .count()
}

fn gap(value: &Ipld) -> Result<Option<Subtree>, NodeError> {
    match value {
        Ipld::Null => Ok(None),
        Ipld::Link(cid) if cid.codec() == Codec::DagCbor => Ok(Some(Subtree::Stored(*cid))),
        _ => Err(NodeError::Shape),
    }
}

/// The values of a map that has exactly these keys.
fn fields<const N: usize>(value: Ipld, names: [&str; N]) -> Result<[Ipld; N], NodeError> {
    match value {
        Ipld::Map(mut map)
            if map.len() == N && names.iter().all(|name| map.contains_key(*name)) =>
        {
            Ok(names.map(|name| map.remove(name).expect("seen above")))
        }
        _ => Err(NodeError::Shape),
    }
}

fn map<const N: usize>(fields: [(&str, Ipld); N]) -> Ipld {
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    Ipld::Map(BTreeMap::from(fields))
}
