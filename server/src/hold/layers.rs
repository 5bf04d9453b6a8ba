//! Who uses what: one record for each blob of each manifest, which is what usage is reckoned from.
//!
//! An image index counts what its manifests use as its own, so that a manifest that an index still names keeps
//! its blobs when its own record goes.

use std::collections::{BTreeMap, BTreeSet};

use atproto::repo::{MAX_WRITES, Write};
use atproto::syntax::{AtUri, Datetime, Did, RecordKey};
use lexicon::record_key::manifest_record_key;
use lexicon::{HoldLayer, Record as _};
use oci::{Digest, RepositoryPath};

use super::crew::to_ipld;
use super::repo;
use super::{Hold, HoldError, layer_digest};
use crate::clients::hold::ManifestNotice;
use crate::db::{LayerRow, LayerUsage, Transaction};

/// What a notice led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Noted {
    /// Layer records that were written.
    pub layers_created: usize,
    /// The post that announces the push.
    pub post: Option<RecordKey>,
}

impl Hold {
    /// Records what a stored manifest uses. May be repeated: what is recorded already is left as it is. The size
    /// of a blob is taken from the blob, whatever the notice claims; one that does not lie here counts nothing.
    pub async fn notify_manifest(&self, notice: &ManifestNotice) -> Result<Noted, HoldError> {
        self.check_write(&notice.owner).await?;
        let limit = self.limit_of(&notice.owner).await?;
        let announces = self.captain_row().await?.enable_bluesky_posts.0;
        let mut transaction = self.repo().begin().await?;
        let wanted = self.wanted_layers(&mut transaction, notice).await?;
        let known = transaction
            .list_manifest_layers(
                notice.owner.as_str(),
                notice.repository.as_str(),
                &notice.manifest.to_string(),
            )
            .await?;
        let mut writes = Vec::new();
        for row in &known {
            if !wanted.contains_key(&row.digest)
                && let Ok(key) = row.record_key.parse()
            {
                writes.push(repo::delete(HoldLayer::collection(), key));
            }
        }
        let added: BTreeMap<&String, &Layer> = wanted
            .iter()
            .filter(|(digest, _)| !known.iter().any(|row| row.digest == **digest))
            .collect();
        let sizes: Vec<(&str, u64)> = added
            .iter()
            .map(|(digest, layer)| (digest.as_str(), layer.size))
            .collect();
        if let Some(limit) = &limit {
            self.claim_for_records(&mut transaction, limit, &sizes)
                .await?;
        }
        let mut noted = Noted {
            layers_created: added.len(),
            post: None,
        };
        for (digest, layer) in added {
            let record = self.layer_record(notice, digest, layer)?;
            writes.push(repo::create(
                HoldLayer::collection(),
                self.next_key(),
                record,
            ));
        }
        writes.push(self.count_push(&mut transaction, notice).await?);
        if announces && let Some((key, post)) = self.announcement(notice, &wanted_sizes(&wanted))? {
            writes.push(post);
            noted.post = Some(key);
        }
        self.write_all(transaction, &writes).await?;
        Ok(noted)
    }

    /// Every blob that counts for the manifest, by digest.
    async fn wanted_layers(
        &self,
        transaction: &mut Transaction,
        notice: &ManifestNotice,
    ) -> Result<BTreeMap<String, Layer>, HoldError> {
        let mut wanted = BTreeMap::new();
        for layer in &notice.layers {
            let digest = layer.digest.to_string();
            if let Some(size) = transaction
                .claim_hold_blob(&digest, self.inner.clock.now_millis())
                .await?
            {
                let media_type = layer.media_type.clone();
                wanted.insert(digest, Layer { size, media_type });
            }
        }
        for child in &notice.children {
            let rows = transaction
                .list_manifest_layers(
                    notice.owner.as_str(),
                    notice.repository.as_str(),
                    &child.to_string(),
                )
                .await?;
            for row in rows {
                let LayerRow {
                    digest,
                    size,
                    media_type,
                    ..
                } = row;
                wanted.insert(digest, Layer { size, media_type });
            }
        }
        Ok(wanted)
    }

    fn layer_record(
        &self,
        notice: &ManifestNotice,
        digest: &str,
        layer: &Layer,
    ) -> Result<atproto::data::Ipld, HoldError> {
        to_ipld(&HoldLayer {
            digest: layer_digest::to_record(digest),
            size: layer.size,
            media_type: layer.media_type.clone(),
            manifest: Some(manifest_uri(&notice.owner, &notice.manifest)?),
            repository: Some(notice.repository.to_string()),
            user_did: notice.owner.clone(),
            user_handle: None,
            created_at: self.datetime(),
        })
    }

    /// Forgets what a deleted manifest used. May be repeated. Needs no right beyond being the owner: whoever lost
    /// the right to write may still stop using.
    pub async fn forget_manifest(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
        manifest: &Digest,
    ) -> Result<(), HoldError> {
        let mut transaction = self.repo().begin().await?;
        let rows = transaction
            .list_manifest_layers(owner.as_str(), repository.as_str(), &manifest.to_string())
            .await?;
        self.remove_layers(transaction, &rows).await
    }

    /// Removes layer records; what they name may be garbage from now on: whoever pushes it right now has the time
    /// that a new blob has.
    pub(super) async fn remove_layers(
        &self,
        mut transaction: Transaction,
        rows: &[LayerRow],
    ) -> Result<(), HoldError> {
        let now = self.inner.clock.now_millis();
        let mut writes = Vec::with_capacity(rows.len());
        for row in rows {
            transaction.claim_hold_blob(&row.digest, now).await?;
            if let Ok(key) = row.record_key.parse() {
                writes.push(repo::delete(HoldLayer::collection(), key));
            }
        }
        self.write_all(transaction, &writes).await
    }

    /// Makes writes in as many commits as they need, all of them or none.
    pub(super) async fn write_all(
        &self,
        mut transaction: Transaction,
        writes: &[Write],
    ) -> Result<(), HoldError> {
        let mut last = None;
        for commit in writes.chunks(MAX_WRITES) {
            last = Some(self.repo().write(&mut transaction, commit).await?);
        }
        transaction.commit().await?;
        if let Some(last) = last {
            self.repo().committed(&last);
        }
        Ok(())
    }

    /// What a user takes up: every blob that manifests of theirs name, counted once.
    pub async fn load_usage(&self, user: &Did) -> Result<LayerUsage, HoldError> {
        Ok(self.database().load_layer_usage(user.as_str()).await?)
    }

    /// Bytes that deleting these manifests gives back: to their owner's quota, and those that can be freed since no
    /// layer record of anybody else names them either.
    pub async fn reckon_freed(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
        manifests: &[Digest],
    ) -> Result<(u64, u64), HoldError> {
        let going: BTreeSet<String> = manifests.iter().map(ToString::to_string).collect();
        let mut given_back: BTreeMap<String, u64> = BTreeMap::new();
        let mut staying = BTreeSet::new();
        for (path, manifest, digest, size) in
            self.database().list_layer_uses(owner.as_str()).await?
        {
            if path == repository.as_str() && going.contains(&manifest) {
                given_back.insert(digest, u64::try_from(size).unwrap_or(0));
            } else {
                staying.insert(digest);
            }
        }
        given_back.retain(|digest, _| !staying.contains(digest));
        let quota = given_back.values().sum();
        let shared = self
            .database()
            .list_layers_shared_with_others(owner.as_str())
            .await?;
        for digest in shared {
            given_back.remove(&digest);
        }
        Ok((quota, given_back.values().sum()))
    }

    /// Writes records for layers that a release without records left.
    pub(super) async fn record_old_layers(&self) -> Result<usize, HoldError> {
        let mut recorded = 0;
        loop {
            let mut transaction = self.database().begin().await?;
            let limit = i64::try_from(MAX_WRITES).unwrap_or(i64::MAX);
            let rows = transaction.list_layers_without_record(limit).await?;
            if rows.is_empty() {
                return Ok(recorded);
            }
            let mut writes = Vec::with_capacity(rows.len());
            for row in &rows {
                match old_record(row) {
                    Some(record) => writes.push(repo::create(
                        HoldLayer::collection(),
                        self.next_key(),
                        to_ipld(&record)?,
                    )),
                    // Nobody could name it, so nobody could remove it.
                    None => transaction.delete_layer_without_record(row).await?,
                }
            }
            recorded += writes.len();
            let info = self.repo().write(&mut transaction, &writes).await?;
            transaction.commit().await?;
            self.repo().committed(&info);
        }
    }

    /// A key for a record of which there are many.
    pub(super) fn next_key(&self) -> RecordKey {
        self.repo()
            .next_tid()
            .to_string()
            .parse()
            .expect("a TID is a record key")
    }
}

/// A blob as it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Layer {
    size: u64,
    media_type: String,
}

fn wanted_sizes(wanted: &BTreeMap<String, Layer>) -> Vec<u64> {
    wanted.values().map(|layer| layer.size).collect()
}

fn manifest_uri(owner: &Did, manifest: &Digest) -> Result<AtUri, HoldError> {
    let invalid = || HoldError::Invalid {
        reason: format!("{manifest} cannot be the key of a record"),
    };
    let key = manifest_record_key(manifest.hex()).map_err(|_| invalid())?;
    format!("at://{owner}/{}/{key}", lexicon::nsid::MANIFEST)
        .parse()
        .map_err(|_| invalid())
}

fn old_record(row: &LayerRow) -> Option<HoldLayer> {
    let owner: Did = row.user_did.parse().ok()?;
    let manifest = row.manifest.parse().ok()?;
    Some(HoldLayer {
        digest: layer_digest::to_record(&row.digest),
        size: row.size,
        media_type: row.media_type.clone(),
        manifest: manifest_uri(&owner, &manifest).ok(),
        repository: Some(row.repository.clone()),
        user_did: owner,
        user_handle: None,
        created_at: Datetime::from_unix_micros(row.created_at * 1000),
    })
}

#[cfg(test)]
mod tests;
