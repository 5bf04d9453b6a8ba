//! `hold_repo_head`, `hold_repo_blocks`, `hold_records`: the hold's repo.
//!
//! A block belongs to the repo from the commit that brought it to the one that dropped it; revisions are
//! compared as text, which is how they sort.

use super::{Database, DatabaseError, Transaction, execute, on_pool, on_transaction};

/// Where the repo stands.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RepoHeadRow {
    /// Whose repo it is.
    pub did: String,
    /// Binary CID of the latest commit.
    pub commit_cid: Vec<u8>,
    /// Its revision.
    pub rev: String,
    /// Binary CID of the tree's root.
    pub data_cid: Vec<u8>,
    /// Sequence number of the last event.
    pub seq: i64,
}

/// A block, with the revision that brought it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RepoBlockRow {
    /// The commit's revision.
    pub rev: String,
    /// Binary CID.
    pub cid: Vec<u8>,
    /// The bytes behind the CID.
    pub content: Vec<u8>,
}

/// A record with its bytes.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct RecordRow {
    /// Its key.
    pub record_key: String,
    /// Binary CID.
    pub cid: Vec<u8>,
    /// DAG-CBOR.
    pub content: Vec<u8>,
}

/// A part of the blocks that the repo has at one revision.
#[derive(Debug, Clone, Copy)]
pub struct BlockRange<'a> {
    /// Only blocks that came later than this revision; empty for all.
    pub since: &'a str,
    /// The repo as it was at this revision.
    pub at: &'a str,
    /// Behind the block of this revision…
    pub after_rev: &'a str,
    /// …and CID.
    pub after_cid: &'a [u8],
    /// How many at most.
    pub limit: i64,
}

impl Database {
    /// Where the repo stands; `None` before its first commit.
    pub async fn find_repo_head(&self) -> Result<Option<RepoHeadRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, RepoHeadRow>(
                "SELECT did, commit_cid, rev, data_cid, seq FROM hold_repo_head WHERE id = 1",
                []
            ),
            fetch_optional
        )?)
    }

    /// A block of the repo, or one that was dropped a short while ago.
    pub async fn find_repo_block(&self, cid: &[u8]) -> Result<Option<Vec<u8>>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, Vec<u8>>(
                "SELECT content FROM hold_repo_blocks WHERE cid = $1 LIMIT 1",
                [cid]
            ),
            fetch_optional
        )?)
    }

    /// Blocks in the order they came.
    pub async fn list_repo_blocks(
        &self,
        range: BlockRange<'_>,
    ) -> Result<Vec<RepoBlockRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, RepoBlockRow>(
                "SELECT rev, cid, content
                FROM hold_repo_blocks
                WHERE (rev, cid) > ($1, $2)
                    AND rev > $3
                    AND rev <= $4
                    AND (dropped_rev IS NULL OR dropped_rev > $4)
                ORDER BY rev, cid
                LIMIT $5",
                [
                    range.after_rev,
                    range.after_cid,
                    range.since,
                    range.at,
                    range.limit
                ]
            ),
            fetch_all
        )?)
    }

    /// A record.
    pub async fn find_record(
        &self,
        collection: &str,
        record_key: &str,
    ) -> Result<Option<RecordRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, RecordRow>(
                "SELECT records.record_key, records.cid, blocks.content
                FROM hold_records AS records
                JOIN hold_repo_blocks AS blocks
                    ON blocks.cid = records.cid AND blocks.dropped_rev IS NULL
                WHERE records.collection = $1 AND records.record_key = $2",
                [collection, record_key]
            ),
            fetch_optional
        )?)
    }

    /// Records of a collection by key, behind `after`.
    pub async fn list_records(
        &self,
        collection: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<RecordRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, RecordRow>(
                "SELECT records.record_key, records.cid, blocks.content
                FROM hold_records AS records
                JOIN hold_repo_blocks AS blocks
                    ON blocks.cid = records.cid AND blocks.dropped_rev IS NULL
                WHERE records.collection = $1 AND records.record_key > $2
                ORDER BY records.record_key
                LIMIT $3",
                [collection, after, limit]
            ),
            fetch_all
        )?)
    }

    /// Records of a collection by key, backwards, before `before`; empty for the last ones.
    pub async fn list_records_backwards(
        &self,
        collection: &str,
        before: &str,
        limit: i64,
    ) -> Result<Vec<RecordRow>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_as::<_, RecordRow>(
                "SELECT records.record_key, records.cid, blocks.content
                FROM hold_records AS records
                JOIN hold_repo_blocks AS blocks
                    ON blocks.cid = records.cid AND blocks.dropped_rev IS NULL
                WHERE records.collection = $1 AND ($2 = '' OR records.record_key < $2)
                ORDER BY records.record_key DESC
                LIMIT $3",
                [collection, before, limit]
            ),
            fetch_all
        )?)
    }

    /// The collections that have a record.
    pub async fn list_collections(&self) -> Result<Vec<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT DISTINCT collection FROM hold_records ORDER BY collection",
                []
            ),
            fetch_all
        )?)
    }

    /// How many records a collection has.
    pub async fn count_records(&self, collection: &str) -> Result<i64, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, i64>(
                "SELECT COUNT(*) FROM hold_records WHERE collection = $1",
                [collection]
            ),
            fetch_one
        )?)
    }

    /// The key of a record of a collection whose block is not there, as it should be.
    pub async fn find_record_without_block(
        &self,
        collection: &str,
    ) -> Result<Option<String>, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT record_key
                FROM hold_records
                WHERE collection = $1
                    AND NOT EXISTS (
                        SELECT 1 FROM hold_repo_blocks
                        WHERE hold_repo_blocks.cid = hold_records.cid
                            AND hold_repo_blocks.dropped_rev IS NULL
                    )
                LIMIT 1",
                [collection]
            ),
            fetch_optional
        )?)
    }
}

impl Transaction {
    /// Where the repo stands, for this transaction alone until it ends.
    pub async fn lock_repo_head(&mut self) -> Result<Option<RepoHeadRow>, DatabaseError> {
        const HEAD: &str =
            "SELECT did, commit_cid, rev, data_cid, seq FROM hold_repo_head WHERE id = 1";
        const LOCKED_HEAD: &str = "SELECT did, commit_cid, rev, data_cid, seq FROM hold_repo_head WHERE id = 1 FOR UPDATE";
        Ok(match self {
            // BEGIN IMMEDIATE has the whole database.
            Self::Sqlite(transaction) => {
                sqlx::query_as(HEAD)
                    .fetch_optional(&mut **transaction)
                    .await?
            }
            Self::Postgres(transaction, _) => {
                sqlx::query_as(LOCKED_HEAD)
                    .fetch_optional(&mut **transaction)
                    .await?
            }
        })
    }

    /// The first head. `false` when another process was faster.
    pub async fn insert_repo_head(&mut self, head: &RepoHeadRow) -> Result<bool, DatabaseError> {
        Ok(execute!(
            self,
            "INSERT INTO hold_repo_head (id, did, commit_cid, rev, data_cid, seq)
            VALUES (1, $1, $2, $3, $4, $5)
            ON CONFLICT (id) DO NOTHING",
            [
                head.did.as_str(),
                head.commit_cid.as_slice(),
                head.rev.as_str(),
                head.data_cid.as_slice(),
                head.seq
            ]
        )? == 1)
    }

    /// Moves the head on from `previous_rev`. `false` when it is not there any more.
    pub async fn advance_repo_head(
        &mut self,
        previous_rev: &str,
        head: &RepoHeadRow,
    ) -> Result<bool, DatabaseError> {
        Ok(execute!(
            self,
            "UPDATE hold_repo_head
            SET commit_cid = $2, rev = $3, data_cid = $4, seq = $5
            WHERE id = 1 AND rev = $1",
            [
                previous_rev,
                head.commit_cid.as_slice(),
                head.rev.as_str(),
                head.data_cid.as_slice(),
                head.seq
            ]
        )? == 1)
    }

    /// A block of the repo.
    pub async fn find_repo_block(&mut self, cid: &[u8]) -> Result<Option<Vec<u8>>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_scalar::<_, Vec<u8>>(
                "SELECT content FROM hold_repo_blocks WHERE cid = $1 LIMIT 1",
                [cid]
            ),
            fetch_optional
        )?)
    }

    /// A block that the repo has now.
    pub async fn find_live_repo_block(
        &mut self,
        cid: &[u8],
    ) -> Result<Option<RepoBlockRow>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_as::<_, RepoBlockRow>(
                "SELECT rev, cid, content
                FROM hold_repo_blocks
                WHERE cid = $1 AND dropped_rev IS NULL",
                [cid]
            ),
            fetch_optional
        )?)
    }

    /// Adds a block, unless the repo has it.
    pub async fn insert_repo_block(
        &mut self,
        rev: &str,
        cid: &[u8],
        content: &[u8],
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_repo_blocks (rev, cid, content)
            SELECT $1, $2, $3
            WHERE NOT EXISTS (
                SELECT 1 FROM hold_repo_blocks WHERE cid = $2 AND dropped_rev IS NULL
            )",
            [rev, cid, content]
        )?;
        Ok(())
    }

    /// The commit `rev` no longer needs a block.
    pub async fn drop_repo_block(&mut self, rev: &str, cid: &[u8]) -> Result<(), DatabaseError> {
        execute!(
            self,
            "UPDATE hold_repo_blocks SET dropped_rev = $1 WHERE cid = $2 AND dropped_rev IS NULL",
            [rev, cid]
        )?;
        Ok(())
    }

    /// As [`Self::drop_repo_block`], for a record's block that no record has any more.
    pub async fn drop_unused_record_block(
        &mut self,
        rev: &str,
        cid: &[u8],
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "UPDATE hold_repo_blocks
            SET dropped_rev = $1
            WHERE cid = $2
                AND dropped_rev IS NULL
                AND NOT EXISTS (SELECT 1 FROM hold_records WHERE hold_records.cid = $2)",
            [rev, cid]
        )?;
        Ok(())
    }

    /// Puts a record into the index.
    pub async fn upsert_record(
        &mut self,
        collection: &str,
        record_key: &str,
        cid: &[u8],
        rev: &str,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "INSERT INTO hold_records (collection, record_key, cid, rev)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (collection, record_key) DO UPDATE
            SET cid = excluded.cid, rev = excluded.rev",
            [collection, record_key, cid, rev]
        )?;
        Ok(())
    }

    /// A record, as this transaction sees it.
    pub async fn find_record(
        &mut self,
        collection: &str,
        record_key: &str,
    ) -> Result<Option<RecordRow>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_as::<_, RecordRow>(
                "SELECT records.record_key, records.cid, blocks.content
                FROM hold_records AS records
                JOIN hold_repo_blocks AS blocks
                    ON blocks.cid = records.cid AND blocks.dropped_rev IS NULL
                WHERE records.collection = $1 AND records.record_key = $2",
                [collection, record_key]
            ),
            fetch_optional
        )?)
    }

    /// Takes a record out of the index.
    pub async fn delete_record(
        &mut self,
        collection: &str,
        record_key: &str,
    ) -> Result<(), DatabaseError> {
        execute!(
            self,
            "DELETE FROM hold_records WHERE collection = $1 AND record_key = $2",
            [collection, record_key]
        )?;
        Ok(())
    }

    /// Records of a collection by key, behind `after`, as this transaction sees them.
    pub async fn list_records(
        &mut self,
        collection: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<RecordRow>, DatabaseError> {
        Ok(on_transaction!(
            self,
            query_as::<_, RecordRow>(
                "SELECT records.record_key, records.cid, blocks.content
                FROM hold_records AS records
                JOIN hold_repo_blocks AS blocks
                    ON blocks.cid = records.cid AND blocks.dropped_rev IS NULL
                WHERE records.collection = $1 AND records.record_key > $2
                ORDER BY records.record_key
                LIMIT $3",
                [collection, after, limit]
            ),
            fetch_all
        )?)
    }

    /// Removes blocks that were dropped by commits before `rev`, `limit` of them at most; returns how many.
    pub async fn purge_repo_blocks(&mut self, rev: &str, limit: i64) -> Result<u64, DatabaseError> {
        Ok(execute!(
            self,
            "DELETE FROM hold_repo_blocks
            WHERE (rev, cid) IN (
                SELECT rev, cid
                FROM hold_repo_blocks
                WHERE dropped_rev IS NOT NULL AND dropped_rev < $1
                LIMIT $2
            )",
            [rev, limit]
        )?)
    }
}

#[cfg(test)]
impl Database {
    /// How many blocks a commit brought.
    pub async fn count_repo_blocks(&self, rev: &str) -> Result<i64, DatabaseError> {
        Ok(on_pool!(
            self,
            query_scalar::<_, i64>(
                "SELECT COUNT(*) FROM hold_repo_blocks WHERE rev = $1",
                [rev]
            ),
            fetch_one
        )?)
    }
}
