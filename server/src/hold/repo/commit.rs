//! One commit, from writes to rows.

use atproto::data::{Cid, Ipld};
use atproto::firehose::{CommitEvent, Frame};
use atproto::repo::{Head, NewCommit, OpAction, RepoOp, Write, WriteAction, apply_writes};
use atproto::syntax::Tid;

use super::super::projection;
use super::super::record_rules;
use super::blocks::TransactionBlocks;
use super::events::{self, Moment};
use super::{CommitInfo, Inner, RepoError, unix_micros};
use crate::db::{RepoHeadRow, Transaction};

/// Reads the head as it is stored.
pub(super) fn head_of(row: &RepoHeadRow) -> Result<Head, RepoError> {
    let damaged = |what: &str| RepoError::Damaged(format!("{what} of the head cannot be read"));
    Ok(Head {
        did: row.did.parse().map_err(|_| damaged("the DID"))?,
        commit: Cid::from_bytes(&row.commit_cid).map_err(|_| damaged("the commit"))?,
        rev: row.rev.parse().map_err(|_| damaged("the revision"))?,
        data: Cid::from_bytes(&row.data_cid).map_err(|_| damaged("the tree"))?,
    })
}

pub(super) async fn write(
    inner: &Inner,
    transaction: &mut Transaction,
    writes: &[Write],
) -> Result<CommitInfo, RepoError> {
    for write in writes {
        if let Some(record) = record_of(write) {
            record_rules::check(write, record)?;
        }
    }
    let row = transaction.lock_repo_head().await?;
    let head = row.as_ref().map(head_of).transpose()?;
    let mut blocks = TransactionBlocks {
        transaction,
        nodes: &inner.nodes,
    };
    let rev = next_rev(inner, head.as_ref());
    let new = apply_writes(
        inner.identity.did(),
        head.as_ref(),
        &mut blocks,
        writes,
        inner.identity.signing_key(),
        rev,
    )
    .await
    .map_err(RepoError::of_library)?;
    if let Some((head, row)) = head.zip(row.as_ref())
        && new.changes_nothing()
    {
        return Ok(CommitInfo {
            cid: head.commit,
            rev: head.rev,
            seq: row.seq,
            written: new.written,
            changed: false,
        });
    }
    let now = Moment::now(&inner.clock);
    // A repo begins with the events of a new account.
    let seq = match &row {
        Some(row) => row.seq + 1,
        None => 3,
    };
    move_head(transaction, row.as_ref(), &new, seq).await?;
    if row.is_none() {
        events::insert(
            transaction,
            1,
            &events::identity(&inner.identity, 1, now),
            now,
        )
        .await?;
        events::insert(
            transaction,
            2,
            &events::account(&inner.identity, 2, now),
            now,
        )
        .await?;
    }
    let event = CommitEvent::new(&new, seq, now.datetime());
    events::insert(transaction, seq, &Frame::Commit(event), now).await?;
    store_blocks(transaction, &new).await?;
    // Operations are in the order of the writes; a write that changes nothing has none.
    let mut rest = writes.iter();
    for op in &new.ops {
        let record = rest
            .find(|write| write.collection == op.collection && write.rkey == op.rkey)
            .and_then(record_of);
        store_record(transaction, op, record, &new.head.rev).await?;
    }
    drop_blocks(transaction, &new).await?;
    for (cid, block) in &new.added {
        inner.nodes.insert(*cid, block.clone());
    }
    Ok(CommitInfo {
        cid: new.head.commit,
        rev: new.head.rev,
        seq,
        written: new.written,
        changed: true,
    })
}

fn record_of(write: &Write) -> Option<&Ipld> {
    match &write.action {
        WriteAction::Create(record) | WriteAction::Update(record) | WriteAction::Put(record) => {
            Some(record)
        }
        WriteAction::Delete => None,
    }
}

/// Later than the last one, also when the clock went back.
fn next_rev(inner: &Inner, head: Option<&Head>) -> Tid {
    let micros = unix_micros(&inner.clock);
    match head {
        Some(head) => Tid::next_after(head.rev, micros, inner.clock_id),
        None => Tid::new(micros, inner.clock_id),
    }
}

async fn store_blocks(transaction: &mut Transaction, new: &NewCommit) -> Result<(), RepoError> {
    let rev = new.head.rev.to_string();
    for (cid, block) in &new.added {
        transaction
            .insert_repo_block(&rev, &cid.to_bytes(), block)
            .await?;
    }
    Ok(())
}

/// The index, the uses of blobs, and what else follows the record.
async fn store_record(
    transaction: &mut Transaction,
    op: &RepoOp,
    record: Option<&Ipld>,
    rev: &Tid,
) -> Result<(), RepoError> {
    let (collection, key, rev) = (op.collection.as_str(), op.rkey.as_str(), rev.to_string());
    if op.action != OpAction::Create {
        transaction.delete_record_blob_uses(collection, key).await?;
    }
    match (op.cid, record) {
        (Some(cid), Some(record)) => {
            transaction
                .upsert_record(collection, key, &cid.to_bytes(), &rev)
                .await?;
            for blob in record.blobs() {
                let cid = blob.cid.to_bytes();
                if transaction.find_record_blob(&cid).await?.is_none() {
                    return Err(RepoError::BlobNotFound {
                        path: op.path(),
                        cid: blob.cid,
                    });
                }
                transaction
                    .insert_record_blob_use(&cid, collection, key, &rev)
                    .await?;
            }
        }
        _ => transaction.delete_record(collection, key).await?,
    }
    projection::follow(transaction, op, record).await
}

/// Nodes that the tree no longer has, and blocks of records that no record has any more: two records with the
/// same content share one.
async fn drop_blocks(transaction: &mut Transaction, new: &NewCommit) -> Result<(), RepoError> {
    let rev = new.head.rev.to_string();
    for cid in &new.dropped_nodes {
        transaction.drop_repo_block(&rev, &cid.to_bytes()).await?;
    }
    for cid in new.ops.iter().filter_map(|op| op.prev) {
        transaction
            .drop_unused_record_block(&rev, &cid.to_bytes())
            .await?;
    }
    Ok(())
}

async fn move_head(
    transaction: &mut Transaction,
    before: Option<&RepoHeadRow>,
    new: &NewCommit,
    seq: i64,
) -> Result<(), RepoError> {
    let row = RepoHeadRow {
        did: new.head.did.to_string(),
        commit_cid: new.head.commit.to_bytes().to_vec(),
        rev: new.head.rev.to_string(),
        data_cid: new.head.data.to_bytes().to_vec(),
        seq,
    };
    let moved = match before {
        Some(before) => transaction.advance_repo_head(&before.rev, &row).await?,
        None => transaction.insert_repo_head(&row).await?,
    };
    if moved {
        Ok(())
    } else {
        Err(RepoError::Conflict)
    }
}
