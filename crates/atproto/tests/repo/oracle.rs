//! The tree of a list of entries, built anew by the letter of the specification, with hashing and
//! encoding of its own: what the tree under test must always be equal to.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

/// The 36 bytes of a binary CID.
pub type CidBytes = [u8; 36];

/// The root of the tree of some entries, and all its nodes.
pub fn build(entries: &BTreeMap<String, CidBytes>) -> (CidBytes, BTreeMap<CidBytes, Vec<u8>>) {
    let entries: Vec<_> = entries
        .iter()
        .map(|(key, value)| (key.as_bytes(), *value))
        .collect();
    let top = entries.iter().map(|(key, _)| layer(key)).max().unwrap_or(0);
    let mut nodes = BTreeMap::new();
    (node(&entries, top, &mut nodes), nodes)
}

type Entry<'a> = (&'a [u8], CidBytes);

fn node(entries: &[Entry], at: u32, nodes: &mut BTreeMap<CidBytes, Vec<u8>>) -> CidBytes {
    // The run of lower entries before, between and after those of this layer.
    let mut runs = entries
        .split(|(key, _)| layer(key) == at)
        .map(|run| match run {
            [] => vec![0xf6],
            run => link(node(run, at - 1, nodes)),
        });
    let left = runs.next().expect("splitting gives at least one run");
    let mut items = Vec::new();
    let mut count = 0;
    let mut before: &[u8] = b"";
    for (key, value) in entries.iter().filter(|(key, _)| layer(key) == at) {
        let shared = (0..key.len().min(before.len())).find(|at| key[*at] != before[*at]);
        let shared = shared.unwrap_or(key.len().min(before.len()));
        items.extend(
            [
                vec![0xa4],
                text("k"),
                head(0x40, key.len() - shared),
                key[shared..].to_vec(),
            ]
            .concat(),
        );
        items.extend(
            [
                text("p"),
                head(0, shared),
                text("t"),
                runs.next().expect("a run"),
            ]
            .concat(),
        );
        items.extend([text("v"), link(*value)].concat());
        before = key;
        count += 1;
    }
    let bytes = [
        vec![0xa2],
        text("e"),
        head(0x80, count),
        items,
        text("l"),
        left,
    ]
    .concat();
    let cid = cid_of(&bytes);
    nodes.insert(cid, bytes);
    cid
}

fn layer(key: &[u8]) -> u32 {
    let hash = Sha256::digest(key);
    let bits = hash
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
    u32::try_from(bits.take_while(|bit| *bit == 0).count()).expect("256 bits") / 2
}

/// The CID of DAG-CBOR bytes.
pub fn cid_of(bytes: &[u8]) -> CidBytes {
    let mut cid = [0; 36];
    cid[..4].copy_from_slice(&[1, 0x71, 0x12, 0x20]);
    cid[4..].copy_from_slice(&Sha256::digest(bytes));
    cid
}

fn link(cid: CidBytes) -> Vec<u8> {
    [&[0xd8, 0x2a, 0x58, 0x25, 0x00], &cid[..]].concat()
}

fn text(letter: &str) -> Vec<u8> {
    [&[0x61], letter.as_bytes()].concat()
}

fn head(major: u8, number: usize) -> Vec<u8> {
    match u16::try_from(number).expect("small numbers") {
        small @ 0..24 => vec![major | small.to_le_bytes()[0]],
        byte @ 24..256 => vec![major | 0x18, byte.to_le_bytes()[0]],
        word => [vec![major | 0x19], word.to_be_bytes().to_vec()].concat(),
    }
}
