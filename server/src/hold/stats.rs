//! How often repositories are pushed and pulled. A push is counted in its own commit; pulls are counted in rows
//! and go into the records now and then, so that a pull makes no commit.

use atproto::repo::Write;
use atproto::syntax::{Datetime, Did, RecordKey};
use lexicon::{HoldStats, Record as _};
use oci::RepositoryPath;
use sha2::{Digest as _, Sha256};

use super::crew::to_ipld;
use super::{Hold, HoldError, repo};
use crate::clients::hold::ManifestNotice;
use crate::db::{StatsRow, Transaction};

/// Repositories whose pulls go into records at a time.
const BATCH: i64 = 100;

impl Hold {
    /// Counts pulls of a repository that uses blobs here. Whoever may read may say that they pulled, so nobody can
    /// have records made for repositories that there are not.
    pub async fn count_pulls(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
        pulls: u64,
    ) -> Result<(), HoldError> {
        let now = self.inner.clock.now_millis();
        let pulls = i64::try_from(pulls).unwrap_or(i64::MAX);
        self.database()
            .count_pulls(owner.as_str(), repository.as_str(), pulls, now)
            .await?;
        Ok(())
    }

    /// The write that counts a push, and the pulls that waited.
    pub(super) async fn count_push(
        &self,
        transaction: &mut Transaction,
        notice: &ManifestNotice,
    ) -> Result<Write, HoldError> {
        let now = self.inner.clock.now_millis();
        let (owner, repository) = (notice.owner.as_str(), notice.repository.as_str());
        let (mut stats, _) = current(transaction, owner, repository).await?;
        stats.push_count += 1;
        stats.last_push = Some(now);
        put_of(&stats, now)
    }

    /// Writes the pulls that waited into the stats records, of some repositories at a time; returns of how many, and
    /// 0 when none waited.
    pub async fn record_pulls(&self) -> Result<usize, HoldError> {
        let waiting = self.database().list_pending_pulls(BATCH).await?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let now = self.inner.clock.now_millis();
        let mut transaction = self.repo().begin().await?;
        let mut writes = Vec::with_capacity(waiting.len());
        for row in &waiting {
            let (stats, pulls) = current(&mut transaction, &row.owner_did, &row.repository).await?;
            // A push may have taken them meanwhile, or their owner have left.
            if pulls > 0 {
                writes.push(put_of(&stats, now)?);
            }
        }
        self.write_all(transaction, &writes).await?;
        Ok(waiting.len())
    }
}

/// The numbers as they are, with the pulls that waited, and how many these were.
async fn current(
    transaction: &mut Transaction,
    owner: &str,
    repository: &str,
) -> Result<(StatsRow, i64), HoldError> {
    let known = transaction.find_stats(owner, repository).await?;
    let mut stats = known.unwrap_or_else(|| StatsRow {
        owner_did: owner.to_owned(),
        repository: repository.to_owned(),
        record_key: stats_key(owner, repository).to_string(),
        pull_count: 0,
        push_count: 0,
        last_pull: None,
        last_push: None,
    });
    let Some(waiting) = transaction.take_pending_pulls(owner, repository).await? else {
        return Ok((stats, 0));
    };
    stats.pull_count += waiting.pulls;
    stats.last_pull = stats.last_pull.max(Some(waiting.last_pull));
    Ok((stats, waiting.pulls))
}

fn put_of(stats: &StatsRow, now: i64) -> Result<Write, HoldError> {
    let datetime = |millis: i64| Datetime::from_unix_micros(millis * 1000);
    let record = HoldStats {
        owner_did: stats.owner_did.parse().map_err(|_| HoldError::Invalid {
            reason: format!("{} is not a DID", stats.owner_did),
        })?,
        repository: stats.repository.clone(),
        pull_count: stats.pull_count.unsigned_abs(),
        push_count: stats.push_count.unsigned_abs(),
        last_pull: stats.last_pull.map(datetime),
        last_push: stats.last_push.map(datetime),
        updated_at: datetime(now),
    };
    let key = stats_key(&stats.owner_did, &stats.repository);
    Ok(repo::put(HoldStats::collection(), key, to_ipld(&record)?))
}

/// The key of a repository's stats: base32 of the first 16 bytes of the SHA-256 of `<owner>/<repository>`.
pub fn stats_key(owner: &str, repository: &str) -> RecordKey {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let hash = Sha256::digest(format!("{owner}/{repository}"));
    let number = u128::from_be_bytes(hash[..16].try_into().expect("a SHA-256 has 32 bytes"));
    // 128 bits are 26 digits of five; the last one has two bits to spare.
    let digits: String = (0..26)
        .map(|place| {
            let digit = if place == 25 {
                (number << 2) & 31
            } else {
                (number >> (123 - 5 * place)) & 31
            };
            char::from(ALPHABET[usize::try_from(digit).expect("five bits fit")])
        })
        .collect();
    digits.parse().expect("base32 is a record key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_base32_of_half_the_hash() {
        // printf '%s' did:plc:abc/app | sha256sum | cut -c1-32 | xxd -r -p | base32
        let hash = Sha256::digest(b"did:plc:abc/app");
        let expected = multibase_lower(&hash[..16]);
        assert_eq!(stats_key("did:plc:abc", "app").as_str(), expected);
        assert_eq!(expected.len(), 26);
    }

    /// Base32 bit by bit.
    fn multibase_lower(bytes: &[u8]) -> String {
        let mut bits: Vec<u8> = bytes
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |bit| (byte >> bit) & 1))
            .collect();
        bits.resize(bits.len().div_ceil(5) * 5, 0);
        bits.chunks(5)
            .map(|five| {
                let digit = five.iter().fold(0, |digit, bit| digit * 2 + bit);
                char::from(b"abcdefghijklmnopqrstuvwxyz234567"[usize::from(digit)])
            })
            .collect()
    }
}
