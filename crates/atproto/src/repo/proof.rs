//! Proofs of one record: that it is in the repo, or that it is not.
//! atproto.com/specs/repository, `com.atproto.sync.getRecord`

use bytes::Bytes;

use super::mst::Tree;
use super::verify::{VerifyError, read_commit, read_record};
use super::{BlockSource, Commit, Head, Mst, MstError, RepoPath, TreeError, car};
use crate::crypto::PublicKey;
use crate::data::Cid;
use crate::syntax::Did;

/// The blocks that prove what is at a path, the commit first: the commit, the nodes on the way, and
/// the record if there is one. As an archive with the commit as its root they are the answer of
/// `com.atproto.sync.getRecord`.
pub async fn prove_record<S: BlockSource>(
    source: &mut S,
    head: &Head,
    path: &RepoPath,
) -> Result<Vec<(Cid, Bytes)>, MstError<S::Error>> {
    let mut tree = Mst::load(head.data);
    let nodes = tree.proof(source, path).await?;
    let record = tree.get(source, path).await?;
    let mut blocks = vec![read(source, head.commit).await?];
    blocks.extend(nodes);
    if let Some(cid) = record {
        blocks.push(read(source, cid).await?);
    }
    Ok(blocks)
}

async fn read<S: BlockSource>(
    source: &mut S,
    cid: Cid,
) -> Result<(Cid, Bytes), MstError<S::Error>> {
    let bytes = source.read_block(cid).await.map_err(MstError::Source)?;
    let missing = MstError::Tree(TreeError::MissingBlock(cid));
    Ok((cid, bytes.ok_or(missing)?))
}

/// What a proof proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenRecord {
    /// The commit that says so. Whether it is the latest, a proof cannot tell.
    pub commit: Commit,
    /// The record; `None` if the repo has none at the path.
    pub record: Option<(Cid, Bytes)>,
}

/// Checks an archive that is to prove what is at a path of the repo of `did`.
///
/// A proof with anything missing is an error, never a proof of absence.
pub fn verify_record(
    car: &[u8],
    did: &Did,
    key: &PublicKey,
    path: &RepoPath,
) -> Result<ProvenRecord, VerifyError> {
    let (root, blocks) = car::read_car(car).map_err(VerifyError::Car)?;
    let commit = read_commit(root, &blocks, did, key)?;
    let mut tree = Tree::stored(commit.data);
    let found = tree
        .resolve(&blocks, |tree| tree.find(path))
        .map_err(VerifyError::Tree)?;
    let record = match found {
        Some(cid) => Some((cid, read_record(path, cid, &blocks)?)),
        None => None,
    };
    Ok(ProvenRecord { commit, record })
}
