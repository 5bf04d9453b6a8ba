//! Who uses what: the blobs that the manifests of each user name, which is what usage is reckoned from.

use atproto::syntax::Did;
use oci::{Digest, RepositoryPath};

use super::{Hold, HoldError};
use crate::clients::hold::ManifestNotice;
use crate::db::{LayerRow, LayerUsage};

impl Hold {
    /// Records what a stored manifest uses. May be repeated; the last notice of a manifest counts. The size of a
    /// blob that lies here is taken from the blob, whatever the notice claims.
    pub async fn notify_manifest(&self, notice: &ManifestNotice) -> Result<(), HoldError> {
        self.check_write(&notice.owner).await?;
        let manifest = notice.manifest.to_string();
        let now = self.inner.clock.now_millis();
        let mut transaction = self.database().begin().await?;
        transaction
            .delete_hold_layers(notice.owner.as_str(), notice.repository.as_str(), &manifest)
            .await?;
        for layer in &notice.layers {
            let row = LayerRow {
                user_did: notice.owner.as_str(),
                repository: notice.repository.as_str(),
                manifest: &manifest,
                digest: &layer.digest.to_string(),
                claimed_size: layer.size,
                media_type: &layer.media_type,
            };
            transaction.insert_hold_layer(row, now).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Forgets what a deleted manifest used. May be repeated. Needs no right beyond being the owner: whoever lost
    /// the right to write may still stop using.
    pub async fn forget_manifest(
        &self,
        owner: &Did,
        repository: &RepositoryPath,
        manifest: &Digest,
    ) -> Result<(), HoldError> {
        let mut transaction = self.database().begin().await?;
        transaction
            .delete_hold_layers(owner.as_str(), repository.as_str(), &manifest.to_string())
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What a user takes up: every blob that manifests of theirs name, counted once.
    pub async fn load_usage(&self, user: &Did) -> Result<LayerUsage, HoldError> {
        Ok(self.database().load_layer_usage(user.as_str()).await?)
    }
}
