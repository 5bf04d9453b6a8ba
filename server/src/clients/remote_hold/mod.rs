//! A hold elsewhere, over XRPC, as the person whom it is asked for: each call carries a service token of theirs from
//! their own PDS (atproto.com/specs/xrpc#service-proxying), and the hold decides.
//!
//! What the hold would refuse is refused here in the same words, from its captain and crew records as they were five
//! seconds ago at most. They are public, and everybody can check them.

use std::ops::RangeInclusive;
use std::sync::Arc;

use atproto::syntax::Did;
use lexicon::nsid;
use lexicon::xrpc::{delete_user_data, notify_manifest};
use oci::{Digest, RepositoryPath};
use serde_json::Value;
use url::Url;

use super::hold::{
    BlobContent, HoldClient, HoldDescription, HoldError, HoldUser, ManifestNotice, Upload,
    UploadOwner,
};
use super::outbound::{FetchLimits, OutboundClient};
use super::pds::PdsClient;
use crate::accounts::PdsSessions;
use crate::blob_store::IncomingBytes;
use crate::clock::Clock;
use crate::db::Database;
use crate::keyed_lock::KeyedLock;

mod blobs;
mod call;
mod notice;
mod standing;
mod uploads;

pub use uploads::is_remote_upload;

use standing::Remembered;

/// Pulls of one reader that a hold is told of at a time; each is a request.
const MAX_PULLS_TOLD: u64 = 20;

/// What every hold elsewhere is reached through.
#[derive(Clone)]
pub struct RemoteHoldParts {
    /// The way out.
    pub outbound: OutboundClient,
    /// Reading records, of a hold as of anybody.
    pub pds: PdsClient,
    /// People's sessions, which vouch for them.
    pub sessions: PdsSessions,
    /// Where uploads in progress are kept.
    pub database: Database,
    /// The time.
    pub clock: Clock,
    /// The largest blob, in bytes.
    pub max_blob_bytes: u64,
}

/// A hold on another machine.
pub struct RemoteHold {
    did: Did,
    /// The origin that its DID document names.
    endpoint: Url,
    parts: RemoteHoldParts,
    remembered: Remembered,
    /// Sizes of blobs that the hold has.
    sizes: moka::future::Cache<Digest, u64>,
    /// One writer per upload.
    turns: Arc<KeyedLock<String>>,
}

impl RemoteHold {
    /// The hold `did`, which answers at `endpoint`. Asks nobody.
    pub fn new(did: Did, endpoint: Url, parts: RemoteHoldParts) -> Self {
        Self {
            did,
            endpoint,
            parts,
            remembered: Remembered::new(),
            sizes: blobs::sizes(),
            turns: Arc::default(),
        }
    }

    /// The origin that its DID document names.
    pub(super) const fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// What it is reached through.
    pub(super) const fn parts(&self) -> &RemoteHoldParts {
        &self.parts
    }
}

#[async_trait::async_trait]
impl HoldClient for RemoteHold {
    fn did(&self) -> &Did {
        &self.did
    }

    async fn describe(&self) -> Result<HoldDescription, HoldError> {
        let captain = self.captain().await?;
        Ok(HoldDescription {
            did: self.did.clone(),
            captain: captain.owner.clone(),
            public: captain.public,
        })
    }

    async fn may_read(&self, reader: Option<&HoldUser>) -> Result<bool, HoldError> {
        let captain = self.captain().await?;
        let standing = match reader {
            Some(reader) if !captain.public => self.standing(&captain, &reader.did).await?,
            _ => crate::hold::Standing::Nobody,
        };
        Ok(standing.may_read(captain.public))
    }

    async fn check_write(&self, writer: &HoldUser) -> Result<(), HoldError> {
        self.permit_write(&writer.did).await
    }

    async fn start_upload(&self, owner: &UploadOwner) -> Result<Upload, HoldError> {
        self.start(owner).await
    }

    async fn find_upload(&self, owner: &UploadOwner, id: &str) -> Result<Upload, HoldError> {
        let row = self.find_row(owner, id).await?;
        Ok(Upload {
            id: row.id,
            size: row.size,
        })
    }

    async fn append_upload(
        &self,
        owner: &UploadOwner,
        id: &str,
        start: Option<u64>,
        body: IncomingBytes,
    ) -> Result<Upload, HoldError> {
        self.append(owner, id, start, body).await
    }

    async fn complete_upload(
        &self,
        owner: &UploadOwner,
        id: &str,
        digest: &Digest,
        start: Option<u64>,
        last: IncomingBytes,
    ) -> Result<u64, HoldError> {
        self.complete(owner, id, digest, start, last).await
    }

    async fn cancel_upload(&self, owner: &UploadOwner, id: &str) -> Result<(), HoldError> {
        self.cancel(owner, id).await
    }

    async fn stat_blob(
        &self,
        reader: Option<&HoldUser>,
        digest: &Digest,
    ) -> Result<Option<u64>, HoldError> {
        self.stat(reader, digest).await
    }

    async fn read_blob(
        &self,
        reader: Option<&HoldUser>,
        digest: &Digest,
        size: u64,
        range: Option<RangeInclusive<u64>>,
    ) -> Result<Option<BlobContent>, HoldError> {
        self.read(reader, digest, size, range).await
    }

    async fn notify_manifest(
        &self,
        user: &HoldUser,
        notice: &ManifestNotice,
    ) -> Result<(), HoldError> {
        let input = notice::pushed(notice);
        let told = self.notify(user, &input).await;
        match told {
            Err(HoldError::QuotaExceeded { .. }) => Err(self.quota_exceeded(user).await),
            told => told,
        }
    }

    async fn count_pulls(
        &self,
        reader: Option<&HoldUser>,
        owner: &Did,
        repository: &RepositoryPath,
        pulls: u64,
    ) -> Result<(), HoldError> {
        let Some(reader) = reader else { return Ok(()) };
        let input = notice::pulled(owner, repository);
        // The method tells of one at a time.
        for _ in 0..pulls.min(MAX_PULLS_TOLD) {
            self.notify(reader, &input).await?;
        }
        Ok(())
    }

    async fn forget_manifest(
        &self,
        owner: &HoldUser,
        repository: &RepositoryPath,
        manifest: &Digest,
    ) -> Result<(), HoldError> {
        let input = notice::deleted(&owner.did, repository, manifest);
        match self.notify(owner, &input).await {
            // One that does not know our extension finds out by itself, or not at all.
            Err(HoldError::Invalid { .. }) => Ok(()),
            told => told,
        }
    }

    async fn export_user_data(&self, user: &HoldUser) -> Result<Value, HoldError> {
        let limits = &FetchLimits::HOLD_EXPORT;
        self.query(user, nsid::EXPORT_USER_DATA, limits).await
    }

    async fn delete_user_data(
        &self,
        user: &HoldUser,
    ) -> Result<delete_user_data::Output, HoldError> {
        self.call_without_input(user, nsid::DELETE_USER_DATA).await
    }
}

impl RemoteHold {
    async fn notify(
        &self,
        user: &HoldUser,
        input: &notify_manifest::Input,
    ) -> Result<(), HoldError> {
        let method = "io.atcr.hold.notifyManifest";
        self.call::<serde::de::IgnoredAny>(user, method, input)
            .await
            .map(drop)
    }
}
