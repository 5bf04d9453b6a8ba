//! A hold in this process.

use std::ops::RangeInclusive;

use atproto::syntax::Did;
use lexicon::xrpc::delete_user_data;
use oci::{Digest, RepositoryPath};
use serde_json::Value;

use super::hold::{
    BlobContent, HoldClient, HoldDescription, HoldError, HoldUser, ManifestNotice, Upload,
    UploadOwner,
};
use crate::blob_store::{IncomingBytes, OutgoingBytes};
use crate::hold::Hold;

/// Reaches a [`Hold`] by calling it. The hold checks every right itself.
#[derive(Clone)]
pub struct LocalHold {
    hold: Hold,
}

impl LocalHold {
    /// A client of `hold`.
    pub fn new(hold: Hold) -> Self {
        Self { hold }
    }
}

#[async_trait::async_trait]
impl HoldClient for LocalHold {
    fn did(&self) -> &Did {
        self.hold.did()
    }

    async fn describe(&self) -> Result<HoldDescription, HoldError> {
        let captain = self.hold.captain().await?;
        Ok(HoldDescription {
            did: self.hold.did().clone(),
            captain: captain.did,
            public: captain.public,
        })
    }

    async fn may_read(&self, reader: Option<&HoldUser>) -> Result<bool, HoldError> {
        self.hold.may_read(did_of(reader)).await
    }

    async fn check_write(&self, writer: &HoldUser) -> Result<(), HoldError> {
        self.hold.check_write(&writer.did).await
    }

    async fn start_upload(&self, owner: &UploadOwner) -> Result<Upload, HoldError> {
        self.hold.start_upload(owner).await
    }

    async fn find_upload(&self, owner: &UploadOwner, id: &str) -> Result<Upload, HoldError> {
        self.hold.find_upload(owner, id).await
    }

    async fn append_upload(
        &self,
        owner: &UploadOwner,
        id: &str,
        start: Option<u64>,
        body: IncomingBytes,
    ) -> Result<Upload, HoldError> {
        self.hold.append_upload(owner, id, start, body).await
    }

    async fn complete_upload(
        &self,
        owner: &UploadOwner,
        id: &str,
        digest: &Digest,
        start: Option<u64>,
        last: IncomingBytes,
    ) -> Result<u64, HoldError> {
        self.hold
            .complete_upload(owner, id, digest, start, last)
            .await
    }

    async fn cancel_upload(&self, owner: &UploadOwner, id: &str) -> Result<(), HoldError> {
        self.hold.cancel_upload(owner, id).await
    }

    async fn stat_blob(
        &self,
        reader: Option<&HoldUser>,
        digest: &Digest,
    ) -> Result<Option<u64>, HoldError> {
        self.hold.stat_blob(did_of(reader), digest).await
    }

    async fn read_blob(
        &self,
        reader: Option<&HoldUser>,
        digest: &Digest,
        size: u64,
        range: Option<RangeInclusive<u64>>,
    ) -> Result<Option<BlobContent>, HoldError> {
        self.hold
            .read_blob(did_of(reader), digest, size, range)
            .await
    }

    async fn stream_blob(
        &self,
        reader: Option<&HoldUser>,
        digest: &Digest,
        size: u64,
    ) -> Result<Option<OutgoingBytes>, HoldError> {
        self.hold.stream_blob(did_of(reader), digest, size).await
    }

    async fn notify_manifest(
        &self,
        _: &HoldUser,
        notice: &ManifestNotice,
    ) -> Result<(), HoldError> {
        self.hold.notify_manifest(notice).await.map(drop)
    }

    async fn count_pulls(
        &self,
        _: Option<&HoldUser>,
        owner: &Did,
        repository: &RepositoryPath,
        pulls: u64,
    ) -> Result<(), HoldError> {
        self.hold.count_pulls(owner, repository, pulls).await
    }

    async fn reckon_freed(
        &self,
        owner: &HoldUser,
        repository: &RepositoryPath,
        manifests: &[Digest],
    ) -> Result<Option<(u64, u64)>, HoldError> {
        let freed = self.hold.reckon_freed(&owner.did, repository, manifests);
        Ok(Some(freed.await?))
    }

    async fn forget_manifest(
        &self,
        owner: &HoldUser,
        repository: &RepositoryPath,
        manifest: &Digest,
    ) -> Result<(), HoldError> {
        self.hold
            .forget_manifest(&owner.did, repository, manifest)
            .await
    }

    async fn export_user_data(&self, user: &HoldUser) -> Result<Value, HoldError> {
        let data = self.hold.export_user_data(&user.did).await?;
        Ok(data.to_json(self.hold.did()))
    }

    async fn delete_user_data(
        &self,
        user: &HoldUser,
    ) -> Result<delete_user_data::Output, HoldError> {
        let deleted = self.hold.delete_user_data(&user.did).await?;
        Ok(delete_user_data::Output {
            crew_deleted: deleted.crew,
            layers_deleted: deleted.layers as u64,
            stats_deleted: deleted.stats as u64,
            posts_deleted: deleted.posts as u64,
        })
    }
}

fn did_of(user: Option<&HoldUser>) -> Option<&Did> {
    user.map(|user| &user.did)
}
