//! `com.atproto.repo.*` and `com.atproto.sync.getBlob`: records and their blobs.

use atproto::data::{Cid, RecordBlob};
use atproto::syntax::{AtUri, Did, Nsid, RecordKey};
use bytes::Bytes;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use url::Url;

use super::pace::Asker;
use super::{PdsClient, PdsError, RepoAccess, method_url, procedure, query};
use crate::clients::outbound::{FetchLimits, OutboundError, OutboundRequest};

/// A record as a PDS gave it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Record {
    /// Where it is.
    pub uri: AtUri,
    /// Which version of it.
    pub cid: Cid,
    /// What it says; parsed by whoever knows the collection.
    pub value: Value,
}

/// One page of a collection.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RecordPage {
    /// The records, in the order of their keys.
    pub records: Vec<Record>,
    /// Where the next page begins; `None` at the end.
    pub cursor: Option<String>,
}

/// A record that was written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RecordReference {
    /// Where it is.
    pub uri: AtUri,
    /// Which version of it.
    pub cid: Cid,
}

/// What must be there before a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swap {
    /// Anything or nothing.
    Any,
    /// Nothing.
    Absent,
    /// This version.
    Version(Cid),
}

impl Swap {
    fn is_any(&self) -> bool {
        *self == Self::Any
    }
}

impl Serialize for Swap {
    // `null` says that there must be no record, so `Any` has to be left out altogether.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Any | Self::Absent => serializer.serialize_none(),
            Self::Version(cid) => cid.serialize(serializer),
        }
    }
}

/// One of several writes that happen together or not at all.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "$type")]
pub enum Write {
    /// A record that is not there yet.
    #[serde(rename = "com.atproto.repo.applyWrites#create")]
    Create {
        /// In which collection.
        collection: Nsid,
        /// Under which key.
        rkey: RecordKey,
        /// The record.
        value: Value,
    },
    /// A record that is there.
    #[serde(rename = "com.atproto.repo.applyWrites#update")]
    Update {
        /// In which collection.
        collection: Nsid,
        /// Under which key.
        rkey: RecordKey,
        /// The record.
        value: Value,
    },
    /// A record that is there, and shall not be.
    #[serde(rename = "com.atproto.repo.applyWrites#delete")]
    Delete {
        /// In which collection.
        collection: Nsid,
        /// Under which key.
        rkey: RecordKey,
    },
}

// `validate` is in none of these inputs: a PDS that does not know our lexicons refuses `true`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PutRecord<'a> {
    repo: &'a Did,
    collection: &'a Nsid,
    rkey: &'a RecordKey,
    record: &'a Value,
    #[serde(skip_serializing_if = "Swap::is_any")]
    swap_record: Swap,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeleteRecord<'a> {
    repo: &'a Did,
    collection: &'a Nsid,
    rkey: &'a RecordKey,
    #[serde(skip_serializing_if = "Option::is_none")]
    swap_record: Option<Cid>,
}

#[derive(Serialize)]
struct ApplyWrites<'a> {
    repo: &'a Did,
    writes: &'a [Write],
}

#[derive(Deserialize)]
struct UploadedBlob {
    blob: RecordBlob,
}

/// Whether an account takes part in the network at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepoStatus {
    /// It does.
    Active,
    /// Deactivated, suspended, taken down or deleted.
    Inactive,
}

impl PdsClient {
    /// `com.atproto.repo.uploadBlob`. The blob stays only when a record names it soon.
    pub async fn upload_blob(
        &self,
        access: &RepoAccess,
        media_type: &str,
        bytes: Bytes,
    ) -> Result<RecordBlob, PdsError> {
        let expected = Cid::raw_sha256(&bytes);
        let url = method_url(&access.pds, "com.atproto.repo.uploadBlob", &[]);
        let request = OutboundRequest::post(url).bytes(media_type, bytes);
        let answer: UploadedBlob = self
            .send_as_for_json(access, request, &FetchLimits::PDS_WRITE)
            .await?;
        if answer.blob.cid != expected {
            return Err(PdsError::InvalidAnswer);
        }
        Ok(answer.blob)
    }

    /// `com.atproto.repo.putRecord`: creates or replaces.
    ///
    /// # Errors
    /// [`PdsError::InvalidSwap`] when what is there is not what `swap` asks for.
    pub async fn put_record(
        &self,
        access: &RepoAccess,
        collection: &Nsid,
        rkey: &RecordKey,
        record: &Value,
        swap: Swap,
    ) -> Result<RecordReference, PdsError> {
        let input = PutRecord {
            repo: &access.did,
            collection,
            rkey,
            record,
            swap_record: swap,
        };
        let request = procedure(&access.pds, "com.atproto.repo.putRecord", &input)?;
        self.send_as_for_json(access, request, &FetchLimits::PDS_WRITE)
            .await
    }

    /// `com.atproto.repo.deleteRecord`. A record that is not there is deleted already. With a `version`,
    /// only that one is deleted.
    pub async fn delete_record(
        &self,
        access: &RepoAccess,
        collection: &Nsid,
        rkey: &RecordKey,
        version: Option<Cid>,
    ) -> Result<(), PdsError> {
        let input = DeleteRecord {
            repo: &access.did,
            collection,
            rkey,
            swap_record: version,
        };
        let request = procedure(&access.pds, "com.atproto.repo.deleteRecord", &input)?;
        self.send_as(access, request, &FetchLimits::PDS_WRITE)
            .await?;
        Ok(())
    }

    /// `com.atproto.repo.applyWrites`: all or nothing, 200 at most.
    pub async fn apply_writes(
        &self,
        access: &RepoAccess,
        writes: &[Write],
    ) -> Result<(), PdsError> {
        let input = ApplyWrites {
            repo: &access.did,
            writes,
        };
        let request = procedure(&access.pds, "com.atproto.repo.applyWrites", &input)?;
        self.send_as(access, request, &FetchLimits::PDS_WRITE)
            .await?;
        Ok(())
    }

    /// `com.atproto.repo.getRecord`. `Ok(None)` when there is no such record or no such repo there.
    pub async fn get_record(
        &self,
        pds: &Url,
        did: &Did,
        collection: &Nsid,
        rkey: &RecordKey,
    ) -> Result<Option<Record>, PdsError> {
        let parameters = [
            ("repo", did.as_str()),
            ("collection", collection.as_str()),
            ("rkey", rkey.as_str()),
        ];
        let request = query(pds, "com.atproto.repo.getRecord", &parameters);
        match self
            .send_for_json(Asker::Anybody, request, &FetchLimits::PDS_CALL)
            .await
        {
            Ok(record) => Ok(Some(record)),
            Err(error) if is_absent(&error, "RecordNotFound", "Could not locate record") => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// `com.atproto.repo.describeRepo`: which collections somebody's repo has.
    pub async fn list_collections(&self, pds: &Url, did: &Did) -> Result<Vec<Nsid>, PdsError> {
        #[derive(Deserialize)]
        struct Answer {
            collections: Vec<Nsid>,
        }
        let parameters = [("repo", did.as_str())];
        let request = query(pds, "com.atproto.repo.describeRepo", &parameters);
        let answer: Answer = self
            .send_for_json(Asker::Anybody, request, &FetchLimits::PDS_CALL)
            .await?;
        Ok(answer.collections)
    }

    /// `com.atproto.repo.listRecords`: up to 100 records from `cursor` on.
    pub async fn list_records(
        &self,
        pds: &Url,
        did: &Did,
        collection: &Nsid,
        cursor: Option<&str>,
    ) -> Result<RecordPage, PdsError> {
        let mut parameters = vec![
            ("repo", did.as_str()),
            ("collection", collection.as_str()),
            ("limit", "100"),
        ];
        parameters.extend(cursor.map(|cursor| ("cursor", cursor)));
        let request = query(pds, "com.atproto.repo.listRecords", &parameters);
        Ok(self
            .send_for_json(Asker::Anybody, request, &FetchLimits::PDS_CALL)
            .await?)
    }

    /// `com.atproto.sync.getRepoStatus`: whether the account is active. One that is gone is not.
    pub async fn get_repo_status(&self, pds: &Url, did: &Did) -> Result<RepoStatus, PdsError> {
        #[derive(Deserialize)]
        struct Answer {
            active: bool,
        }
        let request = query(
            pds,
            "com.atproto.sync.getRepoStatus",
            &[("did", did.as_str())],
        );
        let answer = self
            .send_for_json::<Answer>(Asker::Anybody, request, &FetchLimits::PDS_CALL)
            .await;
        match answer {
            Ok(Answer { active: true }) => Ok(RepoStatus::Active),
            Ok(Answer { active: false }) => Ok(RepoStatus::Inactive),
            Err(error) if is_absent(&error, "RepoNotFound", "Could not find repo") => {
                Ok(RepoStatus::Inactive)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// `com.atproto.sync.getRepo`: all of somebody's records, as a signed archive. Nothing in it is checked.
    ///
    /// # Errors
    /// [`PdsError::InvalidAnswer`] when it is larger than [`FetchLimits::PDS_REPO`] allows.
    pub async fn get_repo(&self, pds: &Url, did: &Did) -> Result<Bytes, PdsError> {
        let request = query(pds, "com.atproto.sync.getRepo", &[("did", did.as_str())]);
        Ok(self
            .send(Asker::Anybody, request, &FetchLimits::PDS_REPO)
            .await?)
    }

    /// `com.atproto.sync.getBlob`: the bytes of a blob, at most `max_bytes`, checked against its CID.
    /// `Ok(None)` when the PDS does not have it.
    ///
    /// # Errors
    /// [`PdsError::InvalidAnswer`] when the bytes are too many, or not those of the CID.
    pub async fn get_blob(
        &self,
        pds: &Url,
        did: &Did,
        cid: &Cid,
        max_bytes: usize,
    ) -> Result<Option<Bytes>, PdsError> {
        let cid_text = cid.to_string();
        let parameters = [("did", did.as_str()), ("cid", cid_text.as_str())];
        let request = query(pds, "com.atproto.sync.getBlob", &parameters);
        match self
            .send(Asker::Anybody, request, &FetchLimits::pds_blob(max_bytes))
            .await
        {
            Ok(bytes) if cid.matches_raw(&bytes) => Ok(Some(bytes)),
            Ok(_) => Err(PdsError::InvalidAnswer),
            Err(error) if is_absent(&error, "BlobNotFound", "Blob not found") => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether a PDS says that something is not there. The reference says so by name for some cases and, for
/// others, only in the text of an `InvalidRequest`, which leaves nothing else to go by.
fn is_absent(error: &OutboundError, name: &str, text: &str) -> bool {
    let OutboundError::Status {
        status: 400 | 404,
        xrpc_error,
        message,
        ..
    } = error
    else {
        return false;
    };
    let says = |text| {
        message
            .as_ref()
            .is_some_and(|message| message.starts_with(text))
    };
    matches!(xrpc_error.as_deref(), Some(error) if error == name || error == "RepoNotFound")
        || says(text)
        || says("Could not find repo")
}
