//! What layer records need.

use std::collections::HashSet;

use lexicon::{HoldLayer, Record as _};

use super::super::{Hold, HoldError, RepoError, layer_digest, record_rules};
use super::run::Run;

/// Records read in one go.
const RECORDS: u16 = 500;

impl Hold {
    /// The digests that layer records name.
    pub(super) async fn mark(&self, run: &mut Run) -> Result<HashSet<String>, HoldError> {
        let collection = HoldLayer::collection();
        let unreadable = |what: String| HoldError::Repo(RepoError::Damaged(what));
        let mut marked = HashSet::new();
        let mut after: Option<String> = None;
        loop {
            let page = self
                .repo()
                .list_records(&collection, after.as_deref(), false, RECORDS)
                .await?;
            for record in &page.records {
                let layer = HoldLayer::from_value(&record.value.to_json()).map_err(|error| {
                    let reason = record_rules::reason_of(&error);
                    unreadable(format!(
                        "the layer record {} is not one: {reason}",
                        record.rkey
                    ))
                })?;
                marked.insert(layer_digest::from_record(&layer.digest));
            }
            if !run.goes_on(self, page.records.len() as u64).await? {
                break;
            }
            after = page.records.last().map(|record| record.rkey.to_string());
            if !page.has_more || after.is_none() {
                break;
            }
        }
        // A record whose block is lost is in no page. Asked for at the end and in one look: records come and go
        // meanwhile.
        if let Some(key) = self.repo().find_record_without_block(&collection).await? {
            return Err(unreadable(format!(
                "the block of the layer record {key} is missing"
            )));
        }
        Ok(marked)
    }
}
