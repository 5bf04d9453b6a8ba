//! Relays: services that follow many repos and pass on their events. atproto.com/specs/sync

use serde_json::json;
use url::Url;

use super::outbound::{FetchLimits, OutboundClient, OutboundError, OutboundRequest};

const REQUEST_CRAWL: &str = "/xrpc/com.atproto.sync.requestCrawl";

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
