//! What the page shows of how a hold stands on the network.

#[cfg(feature = "ssr")]
use super::ForThose;
#[cfg(feature = "ssr")]
use super::upkeep::UpkeepPage;
#[cfg(feature = "ssr")]
use crate::api::error::PageError;
use crate::api::moment::Moment;

/// How a hold stands on the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldNetwork {
    /// Where it answers.
    pub public_url: String,
    /// Its handle.
    pub handle: String,
    /// Its DID document, for reading.
    pub did_document: String,
    /// The revision of its last commit.
    pub rev: String,
    /// The CID of that.
    pub commit: String,
    /// Records by collection.
    pub records: Vec<(String, u64)>,
    /// Blocks of its repo.
    pub blocks: u64,
    /// Their bytes.
    pub block_bytes: u64,
    /// Programs that follow its firehose now.
    pub subscribers: u64,
    /// The number of the last event.
    pub last_event: i64,
    /// When it was.
    pub last_event_at: Option<Moment>,
    /// The number of the first event that is kept.
    pub oldest_event: Option<i64>,
    /// The relays of its settings.
    pub relays: Vec<RelayView>,
    /// Where its repo is to be had.
    pub export: String,
    /// Where its firehose is.
    pub firehose: String,
}

/// What a relay says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayView {
    /// Its address.
    pub relay: String,
    /// Its word for the hold.
    pub status: Option<String>,
    /// The last event that it has.
    pub seq: Option<i64>,
    /// Why it said nothing.
    pub problem: Option<String>,
}

/// Where the page gets it from. The server provides an `Arc<dyn NetworkSource>` as context.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait NetworkSource: Send + Sync {
    /// How a hold stands, for those who run it.
    async fn network(&self, did: &str) -> Result<ForThose<UpkeepPage<HoldNetwork>>, PageError>;
}
