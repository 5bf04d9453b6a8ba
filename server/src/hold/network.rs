//! How the hold stands on the network: its document, its repo, and who follows it.

use atproto::syntax::Did;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::activity::{ActivityAction, Entry};
use super::{Hold, HoldError};

/// How the hold stands (dev.longshore.hold.getNetworkStatus).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkStatus {
    /// Where it answers.
    pub public_url: String,
    /// Its handle.
    pub handle: String,
    /// Its DID document.
    pub did_document: Value,
    /// The revision of its last commit.
    pub rev: String,
    /// The CID of its last commit.
    pub commit: String,
    /// Records by collection.
    pub records: Vec<RecordCount>,
    /// Blocks of the repo as it is.
    pub blocks: u64,
    /// Their bytes.
    pub block_bytes: u64,
    /// Programs that follow the firehose of this process now.
    pub subscribers: u64,
    /// The number of the last event.
    pub last_event: i64,
    /// When it was, in unix milliseconds; unknown where it is not kept any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_event_at: Option<i64>,
    /// The number of the first event that is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_event: Option<i64>,
    /// What the relays of the settings say.
    #[serde(default)]
    pub relays: Vec<RelayState>,
}

/// Records of one collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordCount {
    /// Its NSID.
    pub collection: String,
    /// How many.
    pub count: u64,
}

/// What a relay says of the hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RelayState {
    /// Its origin.
    pub relay: String,
    /// Its word for the hold: `active`, `idle`, `offline`, `throttled`, `banned`. Missing where it did not say one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The number of the last event that it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// Why it said nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl Hold {
    /// Whether somebody may see how the hold is run. [`HoldError::Denied`] says why not.
    pub async fn check_administration(&self, person: &Did) -> Result<(), HoldError> {
        self.permit_administration(person).await.map(drop)
    }

    /// How the hold stands, for the captain or a member with `crew:admin`. Says nothing of relays.
    pub async fn network_status(&self, by: &Did) -> Result<NetworkStatus, HoldError> {
        self.permit_administration(by).await?;
        let head = self.repo().head().await?.ok_or(HoldError::NotSetUp)?;
        let (blocks, block_bytes) = self.database().measure_repo().await?;
        let records = self.database().count_records_by_collection().await?;
        let last_event = self.repo().last_seq().await?;
        Ok(NetworkStatus {
            public_url: self.identity().public_url().to_string(),
            handle: self.handle().to_owned(),
            did_document: self.did_document(),
            rev: head.rev.to_string(),
            commit: head.commit.to_string(),
            records: records
                .into_iter()
                .map(|(collection, count)| RecordCount {
                    collection,
                    count: count.cast_unsigned(),
                })
                .collect(),
            blocks,
            block_bytes,
            subscribers: self.repo().count_readers(),
            last_event,
            last_event_at: self.database().find_event_time(last_event).await?,
            oldest_event: self.repo().oldest_seq().await?,
            relays: Vec::new(),
        })
    }

    /// Notes that somebody had the relays asked to follow the hold.
    pub async fn note_request_crawl(&self, by: &Did) -> Result<(), HoldError> {
        let asked = Entry::new(self.actor(by), ActivityAction::CrawlRequested);
        Ok(self.note_counted(asked).await?)
    }
}
