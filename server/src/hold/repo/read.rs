//! Reading records, blocks and proofs.

use atproto::data::{Cid, Ipld, dag_cbor};
use atproto::repo::{self, MstError, RepoPath};
use atproto::syntax::{Nsid, RecordKey};
use bytes::Bytes;

use super::blocks::DatabaseBlocks;
use super::{HoldRepo, RepoError};
use crate::db::{DatabaseError, RecordRow, Transaction};

/// A record as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecord {
    /// Its key.
    pub rkey: RecordKey,
    /// Its CID.
    pub cid: Cid,
    /// What it says.
    pub value: Ipld,
}

/// A part of a collection.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordsPage {
    /// The records by key.
    pub records: Vec<StoredRecord>,
    /// There are more behind the last one.
    pub has_more: bool,
}

impl HoldRepo {
    /// A record, or `None`.
    pub async fn get_record(
        &self,
        collection: &Nsid,
        rkey: &RecordKey,
    ) -> Result<Option<StoredRecord>, RepoError> {
        let row = self
            .inner
            .database
            .find_record(collection.as_str(), rkey.as_str())
            .await?;
        row.as_ref().map(read_row).transpose()
    }

    /// A record as a transaction sees it, or `None`.
    pub(in crate::hold) async fn get_record_in(
        &self,
        transaction: &mut Transaction,
        collection: &Nsid,
        rkey: &RecordKey,
    ) -> Result<Option<StoredRecord>, RepoError> {
        let row = transaction
            .find_record(collection.as_str(), rkey.as_str())
            .await?;
        row.as_ref().map(read_row).transpose()
    }

    /// Records of a collection by key, `limit` of them at most: behind `after`, or with `reverse` before it.
    pub async fn list_records(
        &self,
        collection: &Nsid,
        after: Option<&str>,
        reverse: bool,
        limit: u16,
    ) -> Result<RecordsPage, RepoError> {
        let after = after.unwrap_or("");
        // One more than asked for tells whether there is more.
        let wanted = i64::from(limit) + 1;
        let database = &self.inner.database;
        let mut rows = if reverse {
            database
                .list_records_backwards(collection.as_str(), after, wanted)
                .await?
        } else {
            database
                .list_records(collection.as_str(), after, wanted)
                .await?
        };
        let has_more = rows.len() > usize::from(limit);
        rows.truncate(usize::from(limit));
        Ok(RecordsPage {
            records: rows.iter().map(read_row).collect::<Result<_, _>>()?,
            has_more,
        })
    }

    /// The collections that have a record.
    pub async fn list_collections(&self) -> Result<Vec<String>, RepoError> {
        Ok(self.inner.database.list_collections().await?)
    }

    /// How many records a collection has.
    pub async fn count_records(&self, collection: &str) -> Result<i64, RepoError> {
        Ok(self.inner.database.count_records(collection).await?)
    }

    /// The key of a record of a collection whose block is lost; such a record is in no list.
    pub(in crate::hold) async fn find_record_without_block(
        &self,
        collection: &Nsid,
    ) -> Result<Option<String>, RepoError> {
        let database = &self.inner.database;
        Ok(database
            .find_record_without_block(collection.as_str())
            .await?)
    }

    /// A block by its CID: a commit, a node or a record, now or a short while ago.
    pub async fn find_block(&self, cid: &Cid) -> Result<Option<Bytes>, RepoError> {
        let block = self.inner.database.find_repo_block(&cid.to_bytes()).await?;
        Ok(block.map(Bytes::from))
    }

    /// The blocks that prove what is at a place: the commit, the nodes on the way there, and the record if there
    /// is one (com.atproto.sync.getRecord). The first is the commit.
    pub async fn prove_record(
        &self,
        collection: &Nsid,
        rkey: &RecordKey,
    ) -> Result<Vec<(Cid, Bytes)>, RepoError> {
        let head = self.head().await?.ok_or(RepoError::NoRepo)?;
        repo::prove_record(&mut self.blocks(), &head, &RepoPath::new(collection, rkey))
            .await
            .map_err(of_tree)
    }

    /// Blocks as they are stored, for reading the tree.
    pub(super) fn blocks(&self) -> DatabaseBlocks<'_> {
        DatabaseBlocks {
            database: &self.inner.database,
            nodes: &self.inner.nodes,
        }
    }
}

pub(super) fn of_tree(error: MstError<DatabaseError>) -> RepoError {
    match error {
        MstError::Source(source) => RepoError::Database(source),
        MstError::Tree(tree) => RepoError::Damaged(tree.to_string()),
    }
}

/// Reads a row; its bytes are checked against its CID, since a database can be changed from outside.
pub(super) fn read_row(row: &RecordRow) -> Result<StoredRecord, RepoError> {
    let damaged = || RepoError::Damaged(format!("the record {} cannot be read", row.record_key));
    let cid = Cid::from_bytes(&row.cid).map_err(|_| damaged())?;
    if Cid::dag_cbor_sha256(&row.content) != cid {
        return Err(damaged());
    }
    Ok(StoredRecord {
        rkey: row.record_key.parse().map_err(|_| damaged())?,
        cid,
        value: dag_cbor::decode(&row.content).map_err(|_| damaged())?,
    })
}
