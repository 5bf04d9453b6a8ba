//! An account with a repo in memory.

use std::collections::BTreeMap;
use std::convert::Infallible;

use atproto::crypto::{Curve, PublicKey, SigningKey};
use atproto::data::{Cid, Ipld};
use atproto::repo::{
    BlockMap, Head, NewCommit, OpAction, RepoError, RepoPath, Write, WriteAction, apply_writes, car,
};
use atproto::syntax::{Did, Tid};
use futures::executor::block_on;

/// An account, its repo, and an index of its records such as a server keeps.
pub struct Account {
    pub did: Did,
    pub key: SigningKey,
    pub head: Option<Head>,
    pub blocks: BlockMap,
    pub records: BTreeMap<RepoPath, Cid>,
}

/// What came of some writes.
pub type Written = Result<NewCommit, RepoError<Infallible>>;

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(Curve::K256, &[seed; 32]).expect("a private key")
}

pub fn did(text: &str) -> Did {
    text.parse().expect("a DID")
}

impl Account {
    pub fn new() -> Self {
        Self {
            did: did("did:web:hold.example"),
            key: key(7),
            head: None,
            blocks: BlockMap::default(),
            records: BTreeMap::new(),
        }
    }

    pub fn public_key(&self) -> PublicKey {
        self.key.public_key()
    }

    /// Makes a commit and stores it.
    pub fn write(&mut self, writes: &[Write]) -> Written {
        let rev = self.next_rev();
        let commit = self.propose(writes, rev)?;
        self.store(&commit);
        Ok(commit)
    }

    pub fn next_rev(&self) -> Tid {
        let first = Tid::new(1_700_000_000_000_000, 1);
        let next = |head: &Head| Tid::next_after(head.rev, 0, 1);
        self.head.as_ref().map_or(first, next)
    }

    /// Makes a commit without storing it.
    pub fn propose(&mut self, writes: &[Write], rev: Tid) -> Written {
        let (did, head) = (&self.did, self.head.as_ref());
        block_on(apply_writes(
            did,
            head,
            &mut self.blocks,
            writes,
            &self.key,
            rev,
        ))
    }

    fn store(&mut self, commit: &NewCommit) {
        for cid in &commit.dropped_nodes {
            assert!(
                self.blocks.remove(cid).is_some(),
                "dropped though not there"
            );
        }
        self.blocks.extend(commit.added.iter().cloned());
        for op in &commit.ops {
            let before = match op.cid {
                Some(cid) => self.records.insert(op.path(), cid),
                None => self.records.remove(&op.path()),
            };
            assert_eq!(before, op.prev);
            let action = match (op.prev, op.cid) {
                (None, _) => OpAction::Create,
                (_, None) => OpAction::Delete,
                _ => OpAction::Update,
            };
            assert_eq!(action, op.action);
        }
        // Only now: a record may go from one path and come to another with the same content.
        for before in commit.ops.iter().filter_map(|op| op.prev) {
            if !self.records.values().any(|record| *record == before) {
                self.blocks.remove(&before);
            }
        }
        self.head = Some(commit.head.clone());
    }

    pub fn head(&self) -> &Head {
        self.head.as_ref().expect("a commit")
    }

    /// All blocks of the repo as an archive.
    pub fn export(&self) -> Vec<u8> {
        car::to_car(self.head().commit, self.blocks.iter())
    }
}

pub fn record(text: &str) -> Ipld {
    Ipld::Map(BTreeMap::from([
        (
            "$type".to_owned(),
            Ipld::String("dev.example.note".to_owned()),
        ),
        ("text".to_owned(), Ipld::String(text.to_owned())),
    ]))
}

/// A write to a path such as `dev.example.note/a`.
pub fn write(path: &str, action: WriteAction) -> Write {
    let path: RepoPath = path.parse().expect("a path");
    let (collection, rkey) = path.split().expect("an NSID and a record key");
    Write {
        collection,
        rkey,
        action,
        swap: None,
    }
}

pub fn create(path: &str, text: &str) -> Write {
    write(path, WriteAction::Create(record(text)))
}

pub fn update(path: &str, text: &str) -> Write {
    write(path, WriteAction::Update(record(text)))
}

pub fn put(path: &str, text: &str) -> Write {
    write(path, WriteAction::Put(record(text)))
}

pub fn delete(path: &str) -> Write {
    write(path, WriteAction::Delete)
}
