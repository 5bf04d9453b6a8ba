//! A whole repo from a CAR, into a database without one.

use std::pin::pin;

use atproto::repo::car::{CarError, CarReader};
use atproto::repo::{Commit, Head};
use atproto::syntax::Tid;
use bytes::Bytes;
use futures::{Stream, TryStreamExt as _};

use super::{HoldRepo, RepoError};
use crate::db::{RepoHeadRow, Transaction};

impl HoldRepo {
    /// Takes over the repo in a CAR as part of `transaction`: its blocks, its head, and what is derived from its
    /// records. It must be this hold's at the revision `rev`, signed with its key, and whole; `last_event` is the
    /// number that its firehose has come to. Blocks that the repo does not need come along.
    pub(in crate::hold) async fn import<E>(
        &self,
        transaction: &mut Transaction,
        car: impl Stream<Item = Result<Bytes, E>>,
        rev: Tid,
        last_event: i64,
    ) -> Result<Head, E>
    where
        E: From<RepoError> + From<CarError>,
    {
        let mut car = pin!(car);
        let mut reader = CarReader::new();
        let mut commit = None;
        let brought_by = rev.to_string();
        while let Some(piece) = car.try_next().await? {
            reader.push(&piece);
            while let Some((cid, block)) = reader.next_block()? {
                if reader.root() == Some(cid) {
                    commit = Commit::from_bytes(&block).ok();
                }
                transaction
                    .insert_repo_block(&brought_by, &cid.to_bytes(), &block)
                    .await
                    .map_err(RepoError::from)?;
            }
        }
        let root = reader.finish()?.ok_or(CarError::NoRoot)?;
        let commit = commit.filter(|commit| self.is_signed_by_us(commit) && commit.rev == rev);
        let commit = commit.ok_or_else(|| {
            RepoError::Damaged(format!(
                "the commit {root} is not one of this hold at {rev}"
            ))
        })?;
        let head = Head {
            did: commit.did,
            commit: root,
            rev,
            data: commit.data,
        };
        self.take_over(transaction, &head, last_event).await?;
        Ok(head)
    }

    async fn take_over(
        &self,
        transaction: &mut Transaction,
        head: &Head,
        last_event: i64,
    ) -> Result<(), RepoError> {
        let row = RepoHeadRow {
            did: head.did.to_string(),
            commit_cid: head.commit.to_bytes().to_vec(),
            rev: head.rev.to_string(),
            data_cid: head.data.to_bytes().to_vec(),
            seq: last_event,
        };
        if !transaction.insert_repo_head(&row).await? {
            return Err(RepoError::Conflict);
        }
        // Every node and every record is read and checked on the way.
        self.reindex_in(transaction).await.map(drop)
    }
}
