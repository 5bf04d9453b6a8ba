//! From writes to a commit.

use std::collections::HashSet;

use bytes::Bytes;

use super::write::{Head, MAX_COMMIT_BLOCKS_BYTES, MAX_WRITES, NewCommit, RepoError, Write};
use super::{BlockSource, Commit, Mst, car};
use crate::crypto::SigningKey;
use crate::data::Cid;
use crate::syntax::{Did, Tid};

/// Makes the commit that follows `head` with all `writes` done, or none of them.
///
/// `source` must have the blocks of the tree under `head`; without a head, the repo begins. No
/// writes make an empty commit, which is allowed: it says who signs now.
pub async fn apply_writes<S: BlockSource>(
    did: &Did,
    head: Option<&Head>,
    source: &mut S,
    writes: &[Write],
    key: &SigningKey,
    rev: Tid,
) -> Result<NewCommit, RepoError<S::Error>> {
    check(head, writes, rev)?;
    let mut tree = head.map_or_else(Mst::empty, |head| Mst::load(head.data));
    let mut ops = Vec::with_capacity(writes.len());
    let mut written = Vec::with_capacity(writes.len());
    let mut records = Vec::new();
    for write in writes {
        let path = write.path();
        let record = write.block().map_err(|limit| {
            let path = path.clone();
            RepoError::Record { path, limit }
        })?;
        let cid = record.as_ref().map(|(cid, _)| *cid);
        let found = tree.get(source, &path).await?;
        written.push(cid);
        let Some(op) = write.plan(&path, found, cid)? else {
            continue;
        };
        match cid {
            Some(cid) => tree.insert(source, &path, cid).await?,
            None => tree.remove(source, &path).await?,
        };
        ops.push(op);
        records.extend(record);
    }
    let change = tree.finish();
    let commit = Commit::sign(did.clone(), rev, change.root, key).to_block();
    let head_now = Head {
        did: did.clone(),
        commit: commit.0,
        rev,
        data: change.root,
    };
    let mut added = Blocks::default();
    added.extend([commit]);
    added.extend(change.added);
    added.extend(records);
    let mut proof = added.clone();
    for op in &ops {
        proof.extend(tree.covering_proof(source, &op.path()).await?);
    }
    proof.check_size(head_now.commit)?;
    let mut dropped_nodes = change.dropped;
    dropped_nodes.extend(head.map(|head| head.commit));
    Ok(NewCommit {
        head: head_now,
        since: head.map(|head| head.rev),
        prev_data: head.map(|head| head.data),
        ops,
        written,
        added: added.blocks,
        dropped_nodes,
        proof: proof.blocks,
    })
}

fn check<E>(head: Option<&Head>, writes: &[Write], rev: Tid) -> Result<(), RepoError<E>> {
    if writes.len() > MAX_WRITES {
        return Err(RepoError::TooManyWrites(writes.len()));
    }
    if let Some(head) = head.filter(|head| head.rev >= rev) {
        let head = head.rev;
        return Err(RepoError::RevNotLater { head, rev });
    }
    let mut seen = HashSet::new();
    match writes
        .iter()
        .find(|write| !seen.insert((&write.collection, &write.rkey)))
    {
        Some(write) => Err(RepoError::RepeatedPath(write.path())),
        None => Ok(()),
    }
}

/// Blocks in order, each once.
#[derive(Clone, Default)]
struct Blocks {
    blocks: Vec<(Cid, Bytes)>,
    seen: HashSet<Cid>,
}

impl Blocks {
    fn extend(&mut self, blocks: impl IntoIterator<Item = (Cid, Bytes)>) {
        for (cid, bytes) in blocks {
            if self.seen.insert(cid) {
                self.blocks.push((cid, bytes));
            }
        }
    }

    fn check_size<E>(&self, root: Cid) -> Result<(), RepoError<E>> {
        let sizes = self
            .blocks
            .iter()
            .map(|(_, bytes)| car::block_size(bytes.len()));
        let size = car::write_header(root).len() + sizes.sum::<usize>();
        if size > MAX_COMMIT_BLOCKS_BYTES {
            return Err(RepoError::TooLarge(size));
        }
        Ok(())
    }
}
