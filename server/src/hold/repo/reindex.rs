//! What is derived from the repo, derived again: after an import, or to see whether it is what it should be.

use std::ops::Bound;

use atproto::data::{Cid, dag_cbor};
use atproto::repo::{Mst, OpAction, RepoOp, RepoPath};

use super::super::projection;
use super::blocks::TransactionBlocks;
use super::commit::head_of;
use super::read::of_tree;
use super::{HoldRepo, RepoError};
use crate::db::Transaction;

/// Records taken from the tree at a time.
const PAGE: usize = 500;

impl HoldRepo {
    /// Derives the index of records and everything that follows them from the tree alone. Nobody writes
    /// meanwhile. Returns the number of records.
    pub async fn reindex(&self) -> Result<u64, RepoError> {
        let mut transaction = self.inner.database.begin().await?;
        let records = self.reindex_in(&mut transaction).await?;
        transaction.commit().await?;
        Ok(records)
    }

    /// What is derived and should not be (`-`), and what should be derived and is not (`+`): nothing in a sound
    /// hold. Nobody writes meanwhile, and nothing is changed.
    pub async fn check_derived(&self) -> Result<Vec<String>, RepoError> {
        let mut transaction = self.inner.database.begin().await?;
        transaction.lock_repo_head().await?;
        let found = transaction.list_derived_from_records().await?;
        self.reindex_in(&mut transaction).await?;
        let expected = transaction.list_derived_from_records().await?;
        transaction.roll_back().await?;
        let surplus = found.difference(&expected).map(|row| format!("- {row}"));
        let missing = expected.difference(&found).map(|row| format!("+ {row}"));
        Ok(surplus.chain(missing).collect())
    }

    /// As [`Self::reindex`], as part of `transaction`.
    pub(super) async fn reindex_in(&self, transaction: &mut Transaction) -> Result<u64, RepoError> {
        let row = transaction
            .lock_repo_head()
            .await?
            .ok_or(RepoError::NoRepo)?;
        let mut tree = Mst::load(head_of(&row)?.data);
        transaction.clear_derived_from_records().await?;
        let mut after: Option<RepoPath> = None;
        let mut count = 0;
        loop {
            let mut blocks = TransactionBlocks {
                transaction,
                nodes: &self.inner.nodes,
            };
            let start = after
                .as_ref()
                .map_or(Bound::Unbounded, |path| Bound::Excluded(path.as_str()));
            let page = tree
                .entries(&mut blocks, (start, Bound::Unbounded), PAGE)
                .await
                .map_err(of_tree)?;
            for (path, cid) in &page {
                index(transaction, path, *cid).await?;
                count += 1;
            }
            match page.into_iter().last() {
                Some((path, _)) => after = Some(path),
                None => return Ok(count),
            }
        }
    }
}

async fn index(transaction: &mut Transaction, path: &RepoPath, cid: Cid) -> Result<(), RepoError> {
    let damaged = |what: &str| RepoError::Damaged(format!("{path} {what}"));
    let (collection, rkey) = path
        .split()
        .map_err(|_| damaged("is not the path of a record"))?;
    let block = transaction
        .find_live_repo_block(&cid.to_bytes())
        .await?
        .ok_or_else(|| damaged("has no block"))?;
    let record =
        dag_cbor::decode(&block.content).map_err(|_| damaged("is not canonical DAG-CBOR"))?;
    transaction
        .upsert_record(
            collection.as_str(),
            rkey.as_str(),
            &cid.to_bytes(),
            &block.rev,
        )
        .await?;
    for blob in record.blobs() {
        transaction
            .insert_record_blob_use(
                &blob.cid.to_bytes(),
                collection.as_str(),
                rkey.as_str(),
                &block.rev,
            )
            .await?;
    }
    let op = RepoOp {
        action: OpAction::Create,
        collection,
        rkey,
        cid: Some(cid),
        prev: None,
    };
    projection::follow(transaction, &op, Some(&record)).await
}
