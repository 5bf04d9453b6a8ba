//! The protocol's own vectors of trees and commit proofs.

use std::str::FromStr;

use atproto::data::Cid;
use atproto::repo::mst::shared_prefix;
use atproto::repo::{BlockMap, Mst, RepoPath, key_height};
use futures::executor::block_on;
use serde_json::Value;

use crate::{oracle, vectors};

fn cases(file: &str) -> Vec<Value> {
    let text = vectors::read(file).unwrap_or_else(|| "[]".to_owned());
    serde_json::from_str(&text).expect("an array of cases")
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().expect(field)
}

fn list<T: FromStr>(case: &Value, field: &str) -> Vec<T> {
    let items = case[field].as_array().expect(field).iter();
    let parse = |item: &Value| item.as_str().and_then(|text| text.parse().ok());
    items.map(|item| parse(item).expect(field)).collect()
}

#[test]
fn keys_have_the_heights_of_the_vectors() {
    for case in cases("mst/key_heights.json") {
        let height = key_height(text(&case, "key").as_bytes());
        assert_eq!(case["height"], Value::from(height), "{case}");
    }
    // A key of this list is named after its height.
    for key in vectors::read("mst/example_keys.txt")
        .unwrap_or_default()
        .lines()
    {
        let height = key_height(key.as_bytes());
        assert_eq!(key[1..2].parse(), Ok(height), "{key}");
    }
}

#[test]
fn prefixes_are_as_long_as_the_vectors_say() {
    for case in cases("mst/common_prefix.json") {
        let length = shared_prefix(text(&case, "left"), text(&case, "right"));
        assert_eq!(case["len"], Value::from(length), "{case}");
    }
}

#[test]
fn commits_have_the_roots_and_proofs_of_the_fixtures() {
    for case in cases("firehose/commit-proof-fixtures.json") {
        let comment = text(&case, "comment");
        let value: Cid = text(&case, "leafValue").parse().expect("a CID");
        let adds: Vec<RepoPath> = list(&case, "adds");
        let dels: Vec<RepoPath> = list(&case, "dels");
        let mut keys: Vec<RepoPath> = list(&case, "keys");

        let mut blocks = BlockMap::default();
        let mut tree = Mst::empty();
        for key in &keys {
            block_on(tree.insert(&mut blocks, key, value)).expect("insert");
        }
        let before = tree.finish();
        assert_eq!(
            before.root.to_string(),
            text(&case, "rootBeforeCommit"),
            "{comment}"
        );
        assert_eq!(before.root.to_bytes(), root(&keys, value), "{comment}");
        blocks.extend(before.added);

        for key in &adds {
            block_on(tree.insert(&mut blocks, key, value)).expect("insert");
        }
        for key in &dels {
            block_on(tree.remove(&mut blocks, key)).expect("remove");
        }
        let after = tree.finish();
        assert_eq!(
            after.root.to_string(),
            text(&case, "rootAfterCommit"),
            "{comment}"
        );
        keys.retain(|key| !dels.contains(key));
        keys.extend(adds.iter().cloned());
        assert_eq!(after.root.to_bytes(), root(&keys, value), "{comment}");

        let mut proof: BlockMap = after.added.into_iter().collect();
        for key in adds.iter().chain(&dels) {
            proof.extend(block_on(tree.covering_proof(&mut blocks, key)).expect("a proof"));
        }
        for cid in list::<Cid>(&case, "blocksInProof") {
            assert!(
                proof.get(&cid).is_some(),
                "{comment}: {cid} is not in the proof"
            );
        }
    }
}

fn root(keys: &[RepoPath], value: Cid) -> oracle::CidBytes {
    let entries = keys.iter().map(|key| (key.to_string(), value.to_bytes()));
    oracle::build(&entries.collect()).0
}
