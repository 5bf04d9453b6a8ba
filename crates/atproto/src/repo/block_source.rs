//! Where blocks come from: anything that finds bytes by their CID.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;

use bytes::Bytes;

use crate::data::Cid;

/// Finds blocks by CID, one at a time: a database, a CAR in memory.
pub trait BlockSource: Send {
    /// Why a block could not be looked for.
    type Error;

    /// The bytes of a block; `None` if the source does not have it. What comes back is hashed by
    /// the reader, so a source need not check its bytes.
    fn read_block(
        &mut self,
        cid: Cid,
    ) -> impl Future<Output = Result<Option<Bytes>, Self::Error>> + Send;
}

/// Blocks in memory: what a CAR held, or what a test keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockMap(HashMap<Cid, Bytes>);

impl BlockMap {
    /// The bytes of a block.
    pub fn get(&self, cid: &Cid) -> Option<&Bytes> {
        self.0.get(cid)
    }

    /// Adds a block. The CID is taken on trust.
    pub fn insert(&mut self, cid: Cid, bytes: Bytes) {
        self.0.insert(cid, bytes);
    }

    /// Takes a block out.
    pub fn remove(&mut self, cid: &Cid) -> Option<Bytes> {
        self.0.remove(cid)
    }

    /// How many blocks there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no block.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All blocks in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&Cid, &Bytes)> {
        self.0.iter()
    }
}

impl Extend<(Cid, Bytes)> for BlockMap {
    fn extend<I: IntoIterator<Item = (Cid, Bytes)>>(&mut self, blocks: I) {
        self.0.extend(blocks);
    }
}

impl FromIterator<(Cid, Bytes)> for BlockMap {
    fn from_iter<I: IntoIterator<Item = (Cid, Bytes)>>(blocks: I) -> Self {
        Self(blocks.into_iter().collect())
    }
}

impl BlockSource for BlockMap {
    type Error = Infallible;

    async fn read_block(&mut self, cid: Cid) -> Result<Option<Bytes>, Infallible> {
        Ok(self.0.get(&cid).cloned())
    }
}
