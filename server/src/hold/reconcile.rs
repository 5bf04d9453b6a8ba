//! Following owners who delete manifests by other software: layer records whose manifest is gone from the owner's
//! repo go too.

use std::collections::HashSet;

use atproto::syntax::{Did, RecordKey};
use chrono::TimeDelta;
use lexicon::record_key::parse_manifest_record_key;
use oci::DigestAlgorithm;

use super::{Hold, HoldError};

/// A push tells the hold before it writes the manifest's record, so what was pushed this long before the listing
/// began may not be in it. A push that is slower than its PDS may be has failed.
const PUSHES_TAKE: TimeDelta = TimeDelta::minutes(15);

/// The manifests that somebody has, as their PDS listed all of them.
#[derive(Debug, Clone)]
pub struct LivingManifests {
    listed_at: i64,
    /// Repository and digest.
    pairs: HashSet<(String, String)>,
    /// Digests, whatever the repository.
    digests: HashSet<String>,
    /// Digests of records that cannot be read: which repository they are of is not known.
    unreadable: HashSet<String>,
    /// Repositories with a record whose key is a hash. Its digest field has the SHA-256, also of a manifest that was
    /// pushed by its SHA-512.
    hashed: HashSet<String>,
}

impl LivingManifests {
    /// None yet, in a listing that begins at `listed_at` (unix milliseconds).
    pub fn new(listed_at: i64) -> Self {
        Self {
            listed_at,
            pairs: HashSet::new(),
            digests: HashSet::new(),
            unreadable: HashSet::new(),
            hashed: HashSet::new(),
        }
    }

    /// A manifest record was listed. `named` is the repository and the digest that it names; `None` where it cannot
    /// be read, and then its key has to do.
    pub fn insert(&mut self, key: &RecordKey, named: Option<(&str, &str)>) {
        let from_key = digest_of(key);
        if let (None, Some((repository, _))) = (&from_key, named) {
            self.hashed.insert(repository.to_owned());
        }
        let digest = from_key
            .or_else(|| named.map(|(_, digest)| digest.to_owned()))
            .unwrap_or_else(|| key.to_string());
        match named {
            Some((repository, _)) => {
                self.pairs.insert((repository.to_owned(), digest.clone()));
            }
            None => {
                self.unreadable.insert(digest.clone());
            }
        }
        self.digests.insert(digest);
    }

    /// Layer records of other software may name no repository.
    fn has(&self, repository: &str, digest: &str) -> bool {
        self.unreadable.contains(digest)
            || (self.hashed.contains(repository) && !digest.starts_with("sha256:"))
            || (repository.is_empty() && self.digests.contains(digest))
            || self
                .pairs
                .contains(&(repository.to_owned(), digest.to_owned()))
    }
}

fn digest_of(key: &RecordKey) -> Option<String> {
    let hex = parse_manifest_record_key(key)?;
    let algorithm = DigestAlgorithm::ALL
        .into_iter()
        .find(|algorithm| algorithm.hex_length() == hex.len())?;
    Some(format!("{}:{hex}", algorithm.as_str()))
}

impl Hold {
    /// People with layer records by DID, behind `after`.
    pub async fn list_layer_owners(
        &self,
        after: Option<&Did>,
        limit: u16,
    ) -> Result<Vec<Did>, HoldError> {
        let after = after.map_or("", Did::as_str);
        let rows = self
            .database()
            .list_layer_users(after, i64::from(limit))
            .await?;
        Ok(rows.iter().filter_map(|did| did.parse().ok()).collect())
    }

    /// Forgets what manifests used that their owner does not have any more. What was pushed lately is left for the
    /// next time. Returns how many manifests were forgotten.
    pub async fn reconcile_manifests(
        &self,
        owner: &Did,
        living: &LivingManifests,
    ) -> Result<usize, HoldError> {
        let known = self.database().list_user_manifests(owner.as_str()).await?;
        let mut forgotten = 0;
        for (repository, manifest) in known {
            if !living.has(&repository, &manifest)
                && self
                    .forget_unless_pushed(owner, &repository, &manifest, living.listed_at)
                    .await?
            {
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }

    /// Looks at the last push in the transaction that forgets: pushes wait until it is done.
    async fn forget_unless_pushed(
        &self,
        owner: &Did,
        repository: &str,
        manifest: &str,
        listed_at: i64,
    ) -> Result<bool, HoldError> {
        let settled = listed_at - PUSHES_TAKE.num_milliseconds();
        let mut transaction = self.repo().begin().await?;
        let stats = transaction.find_stats(owner.as_str(), repository).await?;
        let rows = transaction
            .list_manifest_layers(owner.as_str(), repository, manifest)
            .await?;
        let last_push = stats.and_then(|stats| stats.last_push);
        let is_settled = last_push.is_none_or(|then| then < settled)
            && rows.iter().all(|row| row.created_at < settled);
        if rows.is_empty() || !is_settled {
            return Ok(false);
        }
        self.remove_layers(transaction, &rows).await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
