//! Blocks for the tree: from memory, else from the transaction that reads it.

use atproto::data::Cid;
use atproto::repo::BlockSource;
use bytes::Bytes;
use moka::sync::Cache;

use crate::db::{Database, DatabaseError, Transaction};

/// Blocks as a transaction sees them.
pub(super) struct TransactionBlocks<'a> {
    pub transaction: &'a mut Transaction,
    pub nodes: &'a Cache<Cid, Bytes>,
}

impl BlockSource for TransactionBlocks<'_> {
    type Error = DatabaseError;

    async fn read_block(&mut self, cid: Cid) -> Result<Option<Bytes>, DatabaseError> {
        if let Some(block) = self.nodes.get(&cid) {
            return Ok(Some(block));
        }
        let block = self.transaction.find_repo_block(&cid.to_bytes()).await?;
        Ok(block.map(|block| keep(self.nodes, cid, block)))
    }
}

/// Blocks as they are in the database, also those dropped a short while ago.
pub(super) struct DatabaseBlocks<'a> {
    pub database: &'a Database,
    pub nodes: &'a Cache<Cid, Bytes>,
}

impl BlockSource for DatabaseBlocks<'_> {
    type Error = DatabaseError;

    async fn read_block(&mut self, cid: Cid) -> Result<Option<Bytes>, DatabaseError> {
        if let Some(block) = self.nodes.get(&cid) {
            return Ok(Some(block));
        }
        let block = self.database.find_repo_block(&cid.to_bytes()).await?;
        Ok(block.map(|block| keep(self.nodes, cid, block)))
    }
}

/// A block never changes, so there is nothing to invalidate; but one that is not in the database any more
/// may be found here. Readers come to a block by a tree that has it.
fn keep(nodes: &Cache<Cid, Bytes>, cid: Cid, block: Vec<u8>) -> Bytes {
    let block = Bytes::from(block);
    nodes.insert(cid, block.clone());
    block
}
