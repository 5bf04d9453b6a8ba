//! What is derived from the hold's records, as a whole: emptied to be derived again, and listed to be compared.

use std::collections::BTreeSet;

use super::{DatabaseError, Transaction, execute, on_transaction};

impl Transaction {
    /// Empties what is derived from records, to be derived again.
    pub async fn clear_derived_from_records(&mut self) -> Result<(), DatabaseError> {
        execute!(self, "DELETE FROM hold_records", [])?;
        execute!(self, "DELETE FROM hold_record_blob_uses", [])?;
        execute!(self, "DELETE FROM hold_captain", [])?;
        execute!(self, "DELETE FROM hold_crew", [])?;
        execute!(self, "DELETE FROM hold_layers WHERE record_key <> ''", [])?;
        execute!(self, "DELETE FROM hold_stats", [])?;
        execute!(self, "DELETE FROM hold_posts", [])?;
        Ok(())
    }

    /// All rows that are derived from records, as text. Revisions are left out: that of a record which has its
    /// content from another one cannot be told from the repo.
    pub async fn list_derived_from_records(&mut self) -> Result<BTreeSet<String>, DatabaseError> {
        let rows = on_transaction!(
            self,
            query_scalar::<_, String>(
                "SELECT 'record ' || collection || '/' || record_key
                FROM hold_records
                UNION ALL
                SELECT 'blob use ' || collection || '/' || record_key
                FROM hold_record_blob_uses
                UNION ALL
                SELECT 'captain ' || owner_did
                    || ' ' || CAST(public AS TEXT)
                    || ' ' || CAST(allow_all_crew AS TEXT)
                    || ' ' || CAST(enable_bluesky_posts AS TEXT)
                FROM hold_captain
                UNION ALL
                SELECT 'crew ' || member_did
                    || ' ' || record_key
                    || ' ' || role
                    || ' ' || permissions
                    || ' ' || COALESCE(tier, '')
                    || ' ' || CAST(added_at AS TEXT)
                FROM hold_crew
                UNION ALL
                SELECT 'layer ' || record_key
                    || ' ' || user_did
                    || ' ' || repository
                    || ' ' || manifest
                    || ' ' || digest
                    || ' ' || CAST(size AS TEXT)
                    || ' ' || media_type
                    || ' ' || CAST(created_at AS TEXT)
                FROM hold_layers
                WHERE record_key <> ''
                UNION ALL
                SELECT 'stats ' || owner_did
                    || ' ' || repository
                    || ' ' || record_key
                    || ' ' || CAST(pull_count AS TEXT)
                    || ' ' || CAST(push_count AS TEXT)
                    || ' ' || COALESCE(CAST(last_pull AS TEXT), '')
                    || ' ' || COALESCE(CAST(last_push AS TEXT), '')
                FROM hold_stats
                UNION ALL
                SELECT 'post ' || record_key || ' ' || user_did
                FROM hold_posts",
                []
            ),
            fetch_all
        )?;
        Ok(rows.into_iter().collect())
    }
}

#[cfg(test)]
impl super::Database {
    /// Tables of the hold that name somebody: for tests that nothing of them is left. Firehose events and blocks
    /// that were dropped stay for their time, and are not looked at.
    pub async fn list_rows_naming(&self, person: &str) -> Result<Vec<String>, DatabaseError> {
        let rows = super::on_pool!(
            self,
            query_scalar::<_, String>(
                "SELECT 'hold_crew' FROM hold_crew WHERE member_did = $1
                UNION ALL
                SELECT 'hold_captaincy_offer' FROM hold_captaincy_offer WHERE member_did = $1
                UNION ALL
                SELECT 'hold_layers' FROM hold_layers WHERE user_did = $1
                UNION ALL
                SELECT 'hold_stats' FROM hold_stats WHERE owner_did = $1
                UNION ALL
                SELECT 'hold_pending_pulls' FROM hold_pending_pulls WHERE owner_did = $1
                UNION ALL
                SELECT 'hold_posts' FROM hold_posts WHERE user_did = $1
                UNION ALL
                SELECT 'hold_reservations' FROM hold_reservations WHERE user_did = $1
                UNION ALL
                SELECT 'hold_quota_locks' FROM hold_quota_locks WHERE user_did = $1
                UNION ALL
                SELECT 'hold_uploads' FROM hold_uploads WHERE uploader_did = $1",
                [person]
            ),
            fetch_all
        )?;
        Ok(rows)
    }
}
