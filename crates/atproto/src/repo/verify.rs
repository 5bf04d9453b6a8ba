//! Checking repos that others made.

use std::ops::Bound;

use bytes::Bytes;

use super::mst::Tree;
use super::{BlockMap, Commit, CommitError, RepoPath, TreeError, car};
use crate::crypto::PublicKey;
use crate::data::dag_cbor::{self, DagCborError};
use crate::data::{Cid, Ipld};
use crate::syntax::{Did, Nsid, RecordKey, SyntaxError};

/// A repo of which everything was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedRepo {
    /// The CID of the commit.
    pub commit_cid: Cid,
    /// The commit.
    pub commit: Commit,
    /// All records, in order of collection and key.
    pub records: Vec<VerifiedRecord>,
}

/// A record in a repo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedRecord {
    /// The collection.
    pub collection: Nsid,
    /// The key of the record in it.
    pub rkey: RecordKey,
    /// The CID of its bytes.
    pub cid: Cid,
    /// The record in canonical DAG-CBOR.
    pub bytes: Bytes,
}

/// Why an archive is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Not an archive that may be used.
    #[error("the archive cannot be read")]
    Car(#[source] car::CarError),
    /// The commit does not count.
    #[error("the commit does not count")]
    Commit(#[source] CommitError),
    /// The tree is incomplete or not a valid one.
    #[error("the tree cannot be read")]
    Tree(#[source] TreeError),
    /// A path whose halves are not an NSID and a record key.
    #[error("{path} is not the path of a record")]
    Path {
        /// The path.
        path: RepoPath,
        /// What is wrong with it.
        #[source]
        error: SyntaxError,
    },
    /// A record of the tree that is not in the archive.
    #[error("the record at {0} is missing")]
    MissingRecord(RepoPath),
    /// A record that is not an object in canonical DAG-CBOR.
    #[error("the record at {path} is not an object in canonical DAG-CBOR")]
    Record {
        /// Where.
        path: RepoPath,
        /// What is wrong with its encoding; nothing, if it is no object.
        #[source]
        error: Option<DagCborError>,
    },
}

/// Checks the archive of a whole repo: hashes, the commit's signature, DID and version, the shape of
/// the tree, and that every record is there. Blocks that nothing refers to are passed over.
pub fn verify_car(car: &[u8], did: &Did, key: &PublicKey) -> Result<VerifiedRepo, VerifyError> {
    let (root, blocks) = car::read_car(car).map_err(VerifyError::Car)?;
    verify_blocks(root, &blocks, did, key)
}

/// Checks a whole repo as [`verify_car`] does. The blocks must have been hashed, as
/// [`car::CarReader`] does.
pub fn verify_blocks(
    root: Cid,
    blocks: &BlockMap,
    did: &Did,
    key: &PublicKey,
) -> Result<VerifiedRepo, VerifyError> {
    let commit = read_commit(root, blocks, did, key)?;
    let mut found: Vec<(RepoPath, Cid)> = Vec::new();
    Tree::stored(commit.data)
        .resolve(blocks, |tree| {
            let last = found.last().map(|(path, _)| path.clone());
            let start = last
                .as_ref()
                .map_or(Bound::Unbounded, |path| Bound::Excluded(path.as_str()));
            tree.collect((start, Bound::Unbounded), usize::MAX, &mut found)
        })
        .map_err(VerifyError::Tree)?;
    let records = found.into_iter().map(|(path, cid)| {
        let (collection, rkey) = path.split().map_err(|error| {
            let path = path.clone();
            VerifyError::Path { path, error }
        })?;
        Ok(VerifiedRecord {
            collection,
            rkey,
            cid,
            bytes: read_record(&path, cid, blocks)?,
        })
    });
    Ok(VerifiedRepo {
        commit_cid: root,
        records: records.collect::<Result<_, _>>()?,
        commit,
    })
}

/// The commit under a root, signed for the repo of `did`.
pub(crate) fn read_commit(
    root: Cid,
    blocks: &BlockMap,
    did: &Did,
    key: &PublicKey,
) -> Result<Commit, VerifyError> {
    let missing = VerifyError::Car(car::CarError::MissingRoot(root));
    let bytes = blocks.get(&root).ok_or(missing)?;
    let commit = Commit::from_bytes(bytes).map_err(VerifyError::Commit)?;
    commit.verify(did, key).map_err(VerifyError::Commit)?;
    Ok(commit)
}

/// The bytes of a record that must be there.
pub(crate) fn read_record(
    path: &RepoPath,
    cid: Cid,
    blocks: &BlockMap,
) -> Result<Bytes, VerifyError> {
    let fault = |error| VerifyError::Record {
        path: path.clone(),
        error,
    };
    let bytes = blocks
        .get(&cid)
        .ok_or_else(|| VerifyError::MissingRecord(path.clone()))?;
    match dag_cbor::decode(bytes) {
        Ok(Ipld::Map(_)) => Ok(bytes.clone()),
        Ok(_) => Err(fault(None)),
        Err(error) => Err(fault(Some(error))),
    }
}
