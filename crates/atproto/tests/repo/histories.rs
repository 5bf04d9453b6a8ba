//! Random histories of a tree, compared after every commit with one that is built anew.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use atproto::data::Cid;
use atproto::repo::{BlockMap, Mst, PathChange, RepoPath, TreeChange, diff, invert, key_height};
use futures::executor::block_on;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::oracle::{self, CidBytes};

type Entries = BTreeMap<RepoPath, Cid>;

/// Keys of heights from 0 to 7, more of the great ones than chance would give, and some that were
/// searched for, of heights 9, 10 and 11.
pub static KEYS: LazyLock<Vec<RepoPath>> = LazyLock::new(|| {
    let mut wanted = [20, 14, 8, 5, 4, 3, 3, 2];
    let mined = [
        "dev.example.c0/k829875",
        "dev.example.c1/k323116",
        "dev.example.c2/k158576",
    ];
    let mut keys: Vec<RepoPath> = mined.map(|key| key.parse().expect("a path")).into();
    let mut numbers = 0_u32..;
    while wanted != [0; 8] {
        let number = numbers.next().expect("numbers enough");
        let text = format!("dev.example.c{}/k{number}", number % 3);
        let left = wanted.get_mut(usize::from(key_height(text.as_bytes())));
        if let Some(left) = left.filter(|left| **left > 0) {
            *left -= 1;
            keys.push(text.parse().expect("a path"));
        }
    }
    keys
});

/// What a commit does to the tree, step by step.
#[derive(Debug, Clone)]
struct Changes {
    /// Read the tree from the store first, as after a restart.
    reload: bool,
    /// First remove everything that is there.
    clear: bool,
    /// Keys and the records they get, or none. Few records, so that many have the same content.
    steps: Vec<(Index, Option<u8>)>,
}

fn changes() -> impl Strategy<Value = Changes> {
    let step = (any::<Index>(), prop::option::weighted(0.6, 0_u8..4));
    let steps = prop::collection::vec(step, 0..10);
    (any::<bool>(), prop::bool::weighted(0.1), steps).prop_map(|(reload, clear, steps)| Changes {
        reload,
        clear,
        steps,
    })
}

/// A tree, what should be in it, and a store that has what it was told to have and nothing else.
#[derive(Default)]
struct Repo {
    tree: Mst,
    entries: Entries,
    root: Option<Cid>,
    blocks: BlockMap,
}

impl Repo {
    fn set(&mut self, path: &RepoPath, record: Option<Cid>) {
        let (before, known) = match record {
            Some(record) => (
                block_on(self.tree.insert(&mut self.blocks, path, record)),
                self.entries.insert(path.clone(), record),
            ),
            None => (
                block_on(self.tree.remove(&mut self.blocks, path)),
                self.entries.remove(path),
            ),
        };
        assert_eq!(before.expect("a valid tree"), known, "{path}");
    }

    /// Makes one commit and checks everything about it.
    fn commit(&mut self, changes: &Changes) {
        let entries_before = self.entries.clone();
        if let Some(root) = self.root.filter(|_| changes.reload) {
            self.tree = Mst::load(root);
        }
        for path in entries_before.keys().filter(|_| changes.clear) {
            self.set(path, None);
        }
        for (index, number) in &changes.steps {
            let record = number.map(|number| Cid::dag_cbor_sha256(&[number]));
            self.set(index.get(&KEYS), record);
        }
        let change = self.tree.finish();
        let done = differences(&entries_before, &self.entries);
        let (root, nodes) = canonical(&self.entries);
        assert_eq!(change.root, root, "not the canonical root");

        let mut with_old_nodes = self.blocks.clone();
        with_old_nodes.extend(change.added.iter().cloned());
        self.store(&change);
        let stored = self.blocks.iter();
        let stored: BTreeMap<_, _> = stored.map(|(cid, bytes)| (*cid, bytes.to_vec())).collect();
        assert_eq!(stored, nodes, "the store has other nodes than the tree");

        self.check_diff(&mut with_old_nodes, &change, &done);
        self.check_inversion(&change, &done);
        self.root = Some(root);
    }

    fn store(&mut self, change: &TreeChange) {
        for (cid, bytes) in &change.added {
            assert_eq!(self.blocks.get(cid), None, "added though it was there");
            self.blocks.insert(*cid, bytes.clone());
        }
        for cid in &change.dropped {
            assert!(
                self.blocks.remove(cid).is_some(),
                "dropped though it was not there"
            );
        }
    }

    fn check_diff(&self, blocks: &mut BlockMap, change: &TreeChange, done: &[PathChange]) {
        let found = block_on(diff(blocks, self.root, change.root)).expect("two valid trees");
        assert_eq!(found.changes, done);
        let added = change.added.iter().map(|(cid, _)| *cid);
        assert_eq!(BTreeSet::from_iter(found.added_nodes), added.collect());
        let dropped = change.dropped.iter().copied();
        assert_eq!(BTreeSet::from_iter(found.dropped_nodes), dropped.collect());
    }

    /// The blocks of an event are enough to undo its commit, in any order of its operations.
    fn check_inversion(&mut self, change: &TreeChange, done: &[PathChange]) {
        let mut proof: BlockMap = change.added.iter().cloned().collect();
        for PathChange { path, .. } in done {
            let nodes = block_on(self.tree.covering_proof(&mut self.blocks, path));
            proof.extend(nodes.expect("a valid tree"));
        }
        let empty = canonical(&Entries::new()).0;
        let mut order = done.to_vec();
        for turn in 0..3 {
            let before = invert(change.root, &order, &proof);
            assert_eq!(before, Ok(self.root.unwrap_or(empty)));
            match turn {
                0 => order.reverse(),
                _ => order.sort_by_key(|change| (change.after.is_none(), change.path.height())),
            }
        }
    }
}

/// The root and the nodes of a tree as they must be.
fn canonical(entries: &Entries) -> (Cid, BTreeMap<Cid, Vec<u8>>) {
    let cid = |bytes: &CidBytes| Cid::from_bytes(bytes).expect("a CID");
    let entries = entries.iter();
    let entries = entries.map(|(path, record)| (path.to_string(), record.to_bytes()));
    let (root, nodes) = oracle::build(&entries.collect());
    let nodes = nodes.into_iter().map(|(key, bytes)| (cid(&key), bytes));
    (cid(&root), nodes.collect())
}

fn differences(before: &Entries, after: &Entries) -> Vec<PathChange> {
    let paths: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changes = paths.into_iter().map(|path| PathChange {
        path: path.clone(),
        before: before.get(path).copied(),
        after: after.get(path).copied(),
    });
    changes
        .filter(|change| change.before != change.after)
        .collect()
}

#[test]
fn the_keys_have_the_heights_they_are_here_for() {
    let heights: BTreeSet<u8> = KEYS.iter().map(RepoPath::height).collect();
    assert_eq!(heights, [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11].into());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_history_leads_to_the_canonical_tree(
        history in prop::collection::vec(changes(), 1..8),
    ) {
        let mut repo = Repo::default();
        for changes in &history {
            repo.commit(changes);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn entries_are_listed_in_order_within_any_range(
        chosen in prop::collection::btree_set(any::<prop::sample::Selector>().prop_map(|selector| selector.select(KEYS.iter()).clone()), 0..50),
        start in any::<Index>(),
        end in any::<Index>(),
        limit in 0_usize..60,
    ) {
        let mut repo = Repo::default();
        let record = Cid::dag_cbor_sha256(b"");
        for path in &chosen {
            repo.set(path, Some(record));
        }
        let change = repo.tree.finish();
        repo.store(&change);
        let (start, end) = (start.get(&KEYS).as_str(), end.get(&KEYS).as_str());
        let (start, end) = (start.min(end), start.max(end));

        let mut tree = Mst::load(change.root);
        let bounds = (std::ops::Bound::Excluded(start), std::ops::Bound::Included(end));
        let found = block_on(tree.entries(&mut repo.blocks, bounds, limit)).expect("a valid tree");
        let found: Vec<_> = found.into_iter().map(|(path, _)| path).collect();
        let expected = chosen.iter().filter(|path| start < path.as_str() && path.as_str() <= end);
        prop_assert_eq!(found, expected.take(limit).cloned().collect::<Vec<_>>());

        let mut tree = Mst::load(change.root);
        let all = block_on(tree.entries(&mut repo.blocks, .., usize::MAX)).expect("a valid tree");
        prop_assert_eq!(all.len(), chosen.len());
    }
}
