//! Trees that nobody may have made honestly.

use std::collections::BTreeMap;

use atproto::data::{Cid, Ipld, dag_cbor};
use atproto::repo::mst::NodeError;
use atproto::repo::{BlockMap, Mst, MstError, RepoPath, TreeError, key_height};
use futures::executor::block_on;
use proptest::prelude::*;

use crate::oracle;

fn map<const N: usize>(fields: [(&str, Ipld); N]) -> Ipld {
    Ipld::Map(fields.map(|(name, value)| (name.to_owned(), value)).into())
}

fn record() -> Cid {
    Cid::dag_cbor_sha256(b"")
}

fn entry(shared: i64, rest: &str, right: Ipld) -> Ipld {
    map([
        ("p", Ipld::Integer(shared)),
        ("k", Ipld::Bytes(rest.as_bytes().to_vec())),
        ("v", Ipld::Link(record())),
        ("t", right),
    ])
}

fn node(left: Ipld, entries: Vec<Ipld>) -> Ipld {
    map([("e", Ipld::List(entries)), ("l", left)])
}

/// A node with the entry of one path.
fn single(left: Ipld, path: &str, right: Ipld) -> Ipld {
    node(left, vec![entry(0, path, right)])
}

#[derive(Default)]
struct Store(BlockMap);

impl Store {
    fn add(&mut self, node: &Ipld) -> Ipld {
        let bytes = dag_cbor::encode(node);
        let cid = Cid::dag_cbor_sha256(&bytes);
        self.0.insert(cid, bytes.into());
        Ipld::Link(cid)
    }

    /// What is wrong with the tree under a node.
    fn fault(&mut self, root: &Ipld) -> NodeError {
        let root = self.add(root).as_link().expect("a link");
        let read = block_on(Mst::load(root).entries(&mut self.0, .., usize::MAX));
        match read.expect_err("a fault") {
            MstError::Tree(TreeError::Node { error, .. }) => error,
            other => panic!("{other:?}"),
        }
    }
}

/// A path of a height, different for each number.
fn path(height: u8, number: usize) -> String {
    let paths = (0..).map(|count: u32| format!("dev.example.note/{count:06}"));
    let mut paths = paths.filter(|path| key_height(path.as_bytes()) == height);
    paths.nth(number).expect("endless")
}

#[test]
fn nodes_that_are_not_canonical_are_refused() {
    let (first, second) = (path(0, 0), path(0, 1));
    let shared = first
        .bytes()
        .zip(second.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let prefix = i64::try_from(shared).expect("short");
    let two = |prefix: i64, rest: &str| {
        let first = entry(0, &first, Ipld::Null);
        node(Ipld::Null, vec![first, entry(prefix, rest, Ipld::Null)])
    };
    let mut store = Store::default();
    let mut fault = |root: &Ipld| store.fault(root);
    assert_eq!(
        fault(&two(prefix - 1, &second[shared - 1..])),
        NodeError::Prefix
    );
    assert_eq!(fault(&two(0, &second)), NodeError::Prefix);
    assert_eq!(fault(&two(900, "x")), NodeError::Prefix);
    assert_eq!(fault(&two(-1, &second)), NodeError::Prefix);
    // The same key twice, and one that comes before.
    let length = i64::try_from(first.len()).expect("short");
    assert_eq!(fault(&two(length, "")), NodeError::Order);
    let reversed = vec![
        entry(0, &second, Ipld::Null),
        entry(prefix, &first[shared..], Ipld::Null),
    ];
    assert_eq!(fault(&node(Ipld::Null, reversed)), NodeError::Order);
    for text in ["", "a", "a/", "/b", "a/b/c", "dev.example.note/ä"] {
        assert_eq!(
            fault(&single(Ipld::Null, text, Ipld::Null)),
            NodeError::Path
        );
    }
    let long = format!("dev.example.note/{}", "a".repeat(1_024));
    assert_eq!(
        fault(&single(Ipld::Null, &long, Ipld::Null)),
        NodeError::Path
    );
}

#[test]
fn nodes_of_another_shape_are_refused() {
    let path = path(0, 0);
    let good = single(Ipld::Null, &path, Ipld::Null);
    let raw = Ipld::Link(Cid::raw_sha256(b""));
    let Ipld::Map(fields) = &good else {
        unreachable!()
    };
    let with = |name: &str, value: Ipld| {
        let mut fields = fields.clone();
        fields.insert(name.to_owned(), value);
        Ipld::Map(fields)
    };
    let mut store = Store::default();
    for root in [
        Ipld::Null,
        Ipld::List(Vec::new()),
        Ipld::Map(BTreeMap::new()),
        with("x", Ipld::Null),
        with("e", Ipld::Null),
        with("e", Ipld::List(vec![Ipld::Null])),
        with("l", Ipld::Bool(false)),
        with("l", raw.clone()),
        single(Ipld::Null, &path, raw),
    ] {
        assert_eq!(store.fault(&root), NodeError::Shape, "{root:?}");
    }
    let cid = Cid::dag_cbor_sha256(&[0xbf, 0xff]);
    store.0.insert(cid, vec![0xbf, 0xff].into());
    let read = block_on(Mst::load(cid).entries(&mut store.0, .., 1));
    let is_encoding = |error: &_| {
        matches!(
            error,
            MstError::Tree(TreeError::Node {
                error: NodeError::Encoding(_),
                ..
            })
        )
    };
    assert!(read.is_err_and(|error| is_encoding(&error)));
}

#[test]
fn nodes_in_the_wrong_place_are_refused() {
    let mut store = Store::default();
    let (low, middle, high) = (path(0, 0), path(1, 1), path(2, 3));
    let empty = store.add(&node(Ipld::Null, Vec::new()));
    let leaf = store.add(&single(Ipld::Null, &low, Ipld::Null));
    let in_middle = store.add(&single(Ipld::Null, &middle, Ipld::Null));
    assert!(low < middle && middle < high, "{low} {middle} {high}");

    // Layers that are left out, or that should not be there.
    assert_eq!(
        store.fault(&single(leaf.clone(), &high, Ipld::Null)),
        NodeError::Height
    );
    assert_eq!(
        store.fault(&single(in_middle.clone(), &path(1, 9), Ipld::Null)),
        NodeError::Height
    );
    let mut others = (0..).map(|number| format!("e/{number}"));
    let other = others
        .find(|path| key_height(path.as_bytes()) > 0)
        .expect("endless");
    let mixed = vec![entry(0, &low, Ipld::Null), entry(0, &other, Ipld::Null)];
    assert_eq!(store.fault(&node(Ipld::Null, mixed)), NodeError::Height);
    assert_eq!(
        store.fault(&single(leaf.clone(), &path(0, 9), Ipld::Null)),
        NodeError::BelowBottom
    );
    // Keys on the wrong side of their parent, or of its parent.
    assert_eq!(
        store.fault(&single(Ipld::Null, &middle, leaf.clone())),
        NodeError::Bounds
    );
    let late = store.add(&single(Ipld::Null, &path(0, 2_000), Ipld::Null));
    let between = store.add(&single(Ipld::Null, &middle, late));
    assert_eq!(
        store.fault(&single(between, &high, Ipld::Null)),
        NodeError::Bounds
    );
    // Nodes with nothing in them.
    assert_eq!(
        store.fault(&single(empty.clone(), &middle, Ipld::Null)),
        NodeError::Empty
    );
    assert_eq!(store.fault(&node(leaf, Vec::new())), NodeError::Empty);
    assert_eq!(store.fault(&node(empty, Vec::new())), NodeError::Empty);
}

#[test]
fn a_chain_that_is_too_deep_ends() {
    let mut store = Store::default();
    let mut chain = store.add(&single(Ipld::Null, &path(0, 0), Ipld::Null));
    for _ in 0..10_000 {
        chain = store.add(&node(chain, Vec::new()));
    }
    let fault = store.fault(&single(chain, &path(3, 3), Ipld::Null));
    assert_eq!(fault, NodeError::BelowBottom);
}

#[test]
fn blocks_that_are_missing_or_not_theirs_are_told() {
    let (low, high) = (path(0, 0), path(1, 3));
    let mut store = Store::default();
    let leaf = store.add(&single(Ipld::Null, &low, Ipld::Null));
    let root = store.add(&single(leaf.clone(), &high, Ipld::Null));
    let (leaf, root) = (
        leaf.as_link().expect("a link"),
        root.as_link().expect("a link"),
    );
    let low: RepoPath = low.parse().expect("a path");
    let get = |blocks: &mut BlockMap| block_on(Mst::load(root).get(blocks, &low));
    assert_eq!(get(&mut store.0), Ok(Some(record())));
    store.0.insert(leaf, vec![0xa0].into());
    let wrong = TreeError::WrongHash(leaf);
    assert_eq!(get(&mut store.0), Err(MstError::Tree(wrong)));
    store.0.remove(&leaf);
    let missing = TreeError::MissingBlock(leaf);
    assert_eq!(get(&mut store.0), Err(MstError::Tree(missing)));
}

/// A node as somebody could have spoilt it.
fn spoilt_node() -> impl Strategy<Value = Vec<u8>> {
    let numbers = prop::collection::btree_set(0_u32..300, 0..6);
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3);
    (numbers, edits).prop_map(|(numbers, edits)| {
        let paths = numbers
            .iter()
            .map(|number| format!("dev.example.note/{number:06}"));
        let low = paths.filter(|path| key_height(path.as_bytes()) == 0);
        let (root, nodes) = oracle::build(&low.map(|path| (path, record().to_bytes())).collect());
        let mut bytes = nodes[&root].clone();
        for (index, byte) in edits {
            let length = bytes.len();
            bytes[index.index(length)] = byte;
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn whatever_is_read_is_canonical(bytes in spoilt_node()) {
        let cid = Cid::dag_cbor_sha256(&bytes);
        let mut blocks = BlockMap::from_iter([(cid, bytes.into())]);
        let read = block_on(Mst::load(cid).entries(&mut blocks, .., usize::MAX));
        if let Ok(entries) = read {
            let entries = entries.iter();
            let entries = entries.map(|(path, record)| (path.to_string(), record.to_bytes()));
            prop_assert_eq!(oracle::build(&entries.collect()).0, cid.to_bytes());
        }
    }

    #[test]
    fn no_bytes_make_the_tree_panic(bytes: Vec<u8>) {
        let cid = Cid::dag_cbor_sha256(&bytes);
        let mut blocks = BlockMap::from_iter([(cid, bytes.into())]);
        let _ = block_on(Mst::load(cid).entries(&mut blocks, .., usize::MAX));
    }
}
