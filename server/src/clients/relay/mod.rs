//! Relays: services that follow many repos and pass on their events. atproto.com/specs/sync

use serde_json::json;
use url::Url;

use super::outbound::{FetchLimits, OutboundClient, OutboundError, OutboundRequest};

const HOST_STATUS: &str = "/xrpc/com.atproto.sync.getHostStatus";
const REQUEST_CRAWL: &str = "/xrpc/com.atproto.sync.requestCrawl";

/// Whether a relay follows a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Following {
    /// It does.
    Follows,
    /// It answers, and does not know the hold.
    KnowsNot,
    /// It does not answer.
    Silent,
}

/// The relays that are to follow a hold.
#[derive(Debug, Clone)]
pub struct Relays {
    outbound: OutboundClient,
    origins: Vec<Url>,
    host: String,
}

impl Relays {
    /// `origins` of relays, for a hold that answers at `host` (with a port, if it is not the usual one).
    pub fn new(outbound: OutboundClient, origins: Vec<Url>, host: String) -> Self {
        Self {
            outbound,
            origins,
            host,
        }
    }

    /// Asks every relay to follow the hold (`com.atproto.sync.requestCrawl`); returns what came of it, by relay.
    /// Asking again does no harm.
    pub async fn request_crawl(&self) -> Vec<(Url, Result<(), OutboundError>)> {
        let asked = self
            .origins
            .iter()
            .map(|origin| async move { (origin.clone(), self.ask(origin).await) });
        futures::future::join_all(asked).await
    }

    /// Whether each relay follows the hold (`com.atproto.sync.getHostStatus`).
    pub async fn following(&self) -> Vec<(Url, Following)> {
        let asked = self
            .origins
            .iter()
            .map(|origin| async move { (origin.clone(), self.look(origin).await) });
        futures::future::join_all(asked).await
    }

    /// As [`Self::following`], when nobody was asked.
    pub fn unknown(&self) -> Vec<(Url, Following)> {
        let origins = self.origins.iter();
        origins
            .map(|origin| (origin.clone(), Following::Silent))
            .collect()
    }

    async fn look(&self, origin: &Url) -> Following {
        let mut url = origin.clone();
        url.set_path(HOST_STATUS);
        url.query_pairs_mut().append_pair("hostname", &self.host);
        let request = OutboundRequest::get(url);
        match self.outbound.send(request, &FetchLimits::DIRECTORY).await {
            Ok(_) => Following::Follows,
            Err(OutboundError::Status {
                status: 400..=499, ..
            }) => Following::KnowsNot,
            Err(_) => Following::Silent,
        }
    }

    async fn ask(&self, origin: &Url) -> Result<(), OutboundError> {
        let mut url = origin.clone();
        url.set_path(REQUEST_CRAWL);
        let request = OutboundRequest::post(url).json(&json!({ "hostname": self.host }))?;
        self.outbound
            .send(request, &FetchLimits::DIRECTORY)
            .await
            .map(drop)
    }
}

#[cfg(test)]
mod tests;
