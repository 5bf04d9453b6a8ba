//! What a change of a large tree costs.

use std::convert::Infallible;

use atproto::data::Cid;
use atproto::repo::{BlockMap, BlockSource, Mst, RepoPath};
use bytes::Bytes;
use futures::executor::block_on;

const RECORDS: u32 = 100_000;

struct CountingSource {
    blocks: BlockMap,
    reads: usize,
}

impl BlockSource for CountingSource {
    type Error = Infallible;

    async fn read_block(&mut self, cid: Cid) -> Result<Option<Bytes>, Infallible> {
        self.reads += 1;
        Ok(self.blocks.get(&cid).cloned())
    }
}

fn path(number: u32) -> RepoPath {
    format!("io.atcr.hold.layer/{number:x}")
        .parse()
        .expect("a path")
}

#[test]
fn a_change_among_100_000_records_reads_and_writes_tens_of_nodes() {
    let record = Cid::dag_cbor_sha256(b"");
    let mut tree = Mst::empty();
    let mut source = CountingSource {
        blocks: BlockMap::default(),
        reads: 0,
    };
    for number in 0..RECORDS {
        block_on(tree.insert(&mut source, &path(number), record)).expect("insert");
    }
    let built = tree.finish();
    assert_eq!(source.reads, 0);
    source.blocks.extend(built.added);
    let nodes = source.blocks.len();
    assert!(nodes > 20_000, "{nodes}");

    let mut root = built.root;
    let changes = 300;
    let (mut most_reads, mut most_writes, mut reads, mut writes) = (0, 0, 0, 0);
    for number in 0..changes {
        source.reads = 0;
        let mut tree = Mst::load(root);
        // One is new, one goes, and their proofs are read.
        let (new, old) = (path(RECORDS + number), path(number * 331));
        block_on(tree.insert(&mut source, &new, record)).expect("insert");
        block_on(tree.remove(&mut source, &old)).expect("remove");
        let change = tree.finish();
        for path in [&new, &old] {
            block_on(tree.covering_proof(&mut source, path)).expect("a proof");
        }
        root = change.root;
        most_reads = most_reads.max(source.reads);
        most_writes = most_writes.max(change.added.len());
        reads += source.reads;
        writes += change.added.len();
        source.blocks.extend(change.added);
    }
    let count = usize::try_from(changes).expect("few");
    println!(
        "{nodes} nodes; per commit of two changes: {} reads (at most {most_reads}), {} nodes \
         written (at most {most_writes})",
        reads / count,
        writes / count,
    );
    assert!(
        most_reads <= 60 && most_writes <= 60,
        "{most_reads} {most_writes}"
    );
}
