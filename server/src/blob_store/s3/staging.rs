//! Clearing up what is staged.

use std::collections::{BTreeSet, HashSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::keys::STAGING;
use super::super::{BlobStoreError, Staging};
use super::S3BlobStore;
use super::bucket::is_denied;
use super::keys;
use super::promote::Marker;
use super::staged::Staged;

impl S3BlobStore {
    /// Removes everything of one staging: bytes that are no part yet, and its multipart uploads. An object that a link
    /// points to is a blob, and stays.
    pub(super) async fn clear_staging(&self, name: &str) -> Result<(), BlobStoreError> {
        let prefix = keys::staging_prefix(name);
        loop {
            let objects = self.bucket.list(&prefix, None).await?;
            if objects.is_empty() {
                return Ok(());
            }
            for object in objects {
                if keys::is_upload_marker(&object.key) {
                    self.end_upload_of(&object.key).await?;
                }
                self.take_handed_over(&object.key);
                self.rests.invalidate(&object.key).await;
                self.bucket.delete(&object.key).await?;
            }
        }
    }

    /// Ends the multipart upload that a marker speaks of.
    async fn end_upload_of(&self, marker_key: &str) -> Result<(), BlobStoreError> {
        let Some(content) = self.bucket.get_whole(marker_key).await? else {
            return Ok(());
        };
        let Ok(marker) = serde_json::from_slice::<Marker>(&content) else {
            tracing::warn!(
                object.key = marker_key,
                "a marker cannot be read; its upload stays"
            );
            return Ok(());
        };
        let upload = &marker.upload;
        match self.bucket.abort_multipart(&upload.key, &upload.id).await {
            // Some servers refuse what they do not know.
            Err(error) if !is_denied(&error) => return Err(error),
            _ => {}
        }
        let Some(digest) = &marker.digest else {
            // No link was ever to point to the object, should there be one.
            return self.bucket.delete(&upload.key).await;
        };
        self.links.invalidate(digest).await;
        let link = self.find_link(digest).await?;
        let is_linked = link.is_some_and(|link| link.object == upload.key);
        let is_there = self.bucket.size(&upload.key).await?.is_some();
        match (is_linked, is_there) {
            (true, false) => {
                self.links.invalidate(digest).await;
                self.bucket.delete(&keys::link_key(digest)).await
            }
            (false, true) => self.bucket.delete(&upload.key).await,
            _ => Ok(()),
        }
    }

    /// As [`BlobStore::sweep_staging`](super::super::BlobStore::sweep_staging): a staging is as old as the newest
    /// object of it.
    pub(super) async fn sweep(
        &self,
        age: Duration,
        claimed: &HashSet<Staging>,
    ) -> Result<u64, BlobStoreError> {
        self.forget_handed_over(age);
        let claimed: HashSet<String> = claimed
            .iter()
            .filter_map(|staging| Staged::parse(staging).ok())
            .map(|staged| staged.name)
            .collect();
        let newest_swept = unix_seconds() - i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        let mut abandoned = BTreeSet::new();
        let mut recent = HashSet::new();
        let mut after = None;
        loop {
            let page = self.bucket.list(&format!("{STAGING}/"), after).await?;
            for object in &page {
                let Some(name) = keys::staging_name(&object.key) else {
                    continue;
                };
                if claimed.contains(name) || object.modified > newest_swept {
                    recent.insert(name.to_owned());
                } else {
                    abandoned.insert(name.to_owned());
                }
            }
            match page.into_iter().next_back() {
                Some(last) => after = Some(last.key),
                None => break,
            }
        }
        let mut swept = 0;
        for name in abandoned.difference(&recent.into_iter().collect()) {
            self.clear_staging(name).await?;
            swept += 1;
        }
        Ok(swept)
    }
}

/// The bucket's clock dates objects; ours may differ by minutes, the age of what is swept is hours.
fn unix_seconds() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(i64::MAX))
}
