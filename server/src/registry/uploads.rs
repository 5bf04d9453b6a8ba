//! Blobs on their way in: opening, filling, completing and cancelling uploads, and mounting.

use chrono::TimeDelta;
use oci::{Action, Digest, RepositoryName};

use crate::blob_store::IncomingBytes;
use crate::clients::hold::{Upload, UploadOwner};
use crate::identity::Freshness;

use super::permissions::{PushAccess, Repository};
use super::{Registry, RegistryError};

/// Whether a blob could be mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mounted {
    /// It is in the target repository now.
    Yes,
    /// It is not there, or not for this caller: the client uploads instead. Which of both is not said.
    No,
}

impl Registry {
    /// Opens an upload (OCI distribution-spec end-4a).
    pub async fn start_upload(&self, access: &PushAccess) -> Result<Upload, RegistryError> {
        let hold = self.push_hold(&access.repository.owner).await?;
        Ok(hold.start_upload(&upload_owner(access)).await?)
    }

    /// How far an upload has come (end-13).
    pub async fn find_upload(
        &self,
        access: &PushAccess,
        id: &str,
    ) -> Result<Upload, RegistryError> {
        let hold = self.inner.holds.of_upload(id).await?;
        Ok(hold.find_upload(&upload_owner(access), id).await?)
    }

    /// Adds a chunk (end-5). Runs to its end even when the caller goes away, so that what arrived counts.
    pub async fn append_upload(
        &self,
        access: &PushAccess,
        id: &str,
        start: Option<u64>,
        body: IncomingBytes,
    ) -> Result<Upload, RegistryError> {
        let hold = self.inner.holds.of_upload(id).await?;
        let (owner, id) = (upload_owner(access), id.to_owned());
        to_its_end(async move { Ok(hold.append_upload(&owner, &id, start, body).await?) }).await
    }

    /// Adds the last bytes, verifies the digest and puts the blob into the repository (end-6).
    pub async fn complete_upload(
        &self,
        access: &PushAccess,
        id: &str,
        digest: &Digest,
        start: Option<u64>,
        last: IncomingBytes,
    ) -> Result<u64, RegistryError> {
        let (registry, repository) = (self.clone(), access.repository.clone());
        let (owner, id, digest) = (upload_owner(access), id.to_owned(), digest.clone());
        to_its_end(async move {
            let hold = registry.inner.holds.of_upload(&id).await?;
            let size = hold
                .complete_upload(&owner, &id, &digest, start, last)
                .await?;
            registry
                .show_blob(&repository, &digest, hold.did().as_str())
                .await?;
            Ok(size)
        })
        .await
    }

    /// Ends an upload (end-14).
    pub async fn cancel_upload(&self, access: &PushAccess, id: &str) -> Result<(), RegistryError> {
        let hold = self.inner.holds.of_upload(id).await?;
        Ok(hold.cancel_upload(&upload_owner(access), id).await?)
    }

    /// Forgets uploads to holds elsewhere that nobody continued for `older_than`; those holds end them by themselves.
    pub async fn forget_idle_uploads(&self, older_than: TimeDelta) -> Result<u64, RegistryError> {
        let cutoff = self.inner.clock.now_millis() - older_than.num_milliseconds();
        let mut transaction = self.inner.database.begin().await?;
        let forgotten = transaction.delete_idle_remote_uploads(cutoff).await?;
        transaction.commit().await?;
        Ok(forgotten)
    }

    /// Takes a blob over from another repository (end-11). The presented token must grant pulling from the
    /// source, and the right must still be there. Without a source, the owner's own repositories are looked at.
    pub async fn mount_blob(
        &self,
        access: &PushAccess,
        digest: &Digest,
        from: Option<&str>,
    ) -> Result<Mounted, RegistryError> {
        let hold_did = match from {
            Some(from) => self.find_mount_source(access, digest, from).await?,
            None => {
                self.inner
                    .database
                    .find_any_repository_blob(&access.repository.owner, digest)
                    .await?
            }
        };
        // Only what lies in the hold that this push goes to can be shared without moving bytes.
        let hold = self.push_hold(&access.repository.owner).await?;
        if hold_did.as_deref() != Some(hold.did().as_str()) {
            return Ok(Mounted::No);
        }
        if hold
            .stat_blob(access.caller.hold_user().as_ref(), digest)
            .await?
            .is_none()
        {
            return Ok(Mounted::No);
        }
        self.show_blob(&access.repository, digest, hold.did().as_str())
            .await?;
        Ok(Mounted::Yes)
    }

    async fn find_mount_source(
        &self,
        access: &PushAccess,
        digest: &Digest,
        from: &str,
    ) -> Result<Option<String>, RegistryError> {
        let Ok(name) = from.parse::<RepositoryName>() else {
            return Ok(None);
        };
        let Ok(owner) = self.owner(&name, Freshness::ForAuth).await else {
            return Ok(None);
        };
        let caller = &access.caller;
        let rights = self
            .rights(caller.hold_user().as_ref(), &owner.did, name.path())
            .await?;
        if caller
            .check(&name, &owner.did, Action::Pull, rights)
            .is_err()
        {
            return Ok(None);
        }
        Ok(self
            .inner
            .database
            .find_repository_blob(&owner.did, name.path(), digest)
            .await?)
    }

    /// Lets the repository show a blob that the hold has.
    async fn show_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
        hold_did: &str,
    ) -> Result<(), RegistryError> {
        let mut transaction = self.inner.database.begin().await?;
        transaction
            .insert_repository_blob(
                &repository.owner,
                repository.path(),
                digest,
                hold_did,
                self.inner.clock.now_millis(),
            )
            .await?;
        transaction.commit().await?;
        self.inner.cache.put_blob_hold(repository, digest, hold_did);
        Ok(())
    }
}

fn upload_owner(access: &PushAccess) -> UploadOwner {
    UploadOwner {
        uploader: access.hold_user(),
        repository: access.repository.path().clone(),
    }
}

/// Runs something that must not stop in the middle because a client hung up.
pub(super) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, RegistryError>> + Send + 'static,
) -> Result<T, RegistryError> {
    tokio::spawn(work)
        .await
        .unwrap_or(Err(RegistryError::Interrupted))
}
