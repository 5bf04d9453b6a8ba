//! One commit, from writes to rows.

use atproto::data::{Cid, Ipld};
use atproto::firehose::CommitEvent;
use atproto::repo::{Head, NewCommit, OpAction, RepoOp, Write, WriteAction, apply_writes};
use atproto::syntax::{Datetime, Tid};
use chrono::Utc;

use super::super::projection;
use super::super::record_rules;
use super::blocks::TransactionBlocks;
use super::{CommitInfo, Inner, RepoError};
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
    let seq_before = row.as_ref().map_or(0, |row| row.seq);
    let mut blocks = TransactionBlocks {
        transaction,
        nodes: &inner.nodes,
    };
    let rev = next_rev(inner, head.as_ref());
    let new = apply_writes(
        &inner.did,
        head.as_ref(),
        &mut blocks,
        writes,
        &inner.key,
        rev,
    )
    .await
    .map_err(RepoError::of_library)?;
    if let Some(head) = head.filter(|_| new.changes_nothing()) {
        return Ok(CommitInfo {
            cid: head.commit,
            rev: head.rev,
            seq: seq_before,
            written: new.written,
            changed: false,
        });
    }
    let seq = seq_before + 1;
    store_blocks(transaction, &new).await?;
    for op in &new.ops {
        let record = writes
            .iter()
            .find(|write| write.collection == op.collection && write.rkey == op.rkey)
            .and_then(record_of);
        store_record(transaction, op, record, &new.head.rev).await?;
    }
    drop_blocks(transaction, &new).await?;
    let now = inner.clock.now();
    let frame = frame_of(&new, seq, now);
    transaction
        .insert_event(seq, &frame, now.timestamp_millis())
        .await?;
    move_head(transaction, row.as_ref(), &new, seq).await?;
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
    let micros = u64::try_from(inner.clock.now().timestamp_micros()).unwrap_or(0);
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
    if moved { Ok(()) } else { Err(RepoError::Conflict) }
}

fn frame_of(new: &NewCommit, seq: i64, now: chrono::DateTime<Utc>) -> Vec<u8> {
    CommitEvent::of(new, seq, Datetime::from_unix_micros(now.timestamp_micros())).to_frame()
}
