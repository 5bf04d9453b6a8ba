//! Relays: services that follow many repos and pass on their events. atproto.com/specs/sync

use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::outbound::{FetchLimits, OutboundClient, OutboundError, OutboundRequest};

const GET_HOST_STATUS: &str = "/xrpc/com.atproto.sync.getHostStatus";
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

    /// As [`Self::request_crawl`], and what each says then.
    pub async fn ask_to_follow(&self) -> Vec<RelayAnswer> {
        let asked = self.request_crawl().await;
        let mut states = self.states().await;
        for (origin, outcome) in asked {
            let name = name_of(&origin);
            if let Err(error) = outcome
                && let Some(state) = states.iter_mut().find(|state| state.relay == name)
            {
                state.problem = Some(problem_of(&error));
            }
        }
        states
    }

    /// What every relay says of the hold (`com.atproto.sync.getHostStatus`).
    pub async fn states(&self) -> Vec<RelayAnswer> {
        let asked = self.origins.iter().map(|origin| self.state(origin));
        futures::future::join_all(asked).await
    }

    async fn state(&self, origin: &Url) -> RelayAnswer {
        let mut url = origin.clone();
        url.set_path(GET_HOST_STATUS);
        url.query_pairs_mut().append_pair("hostname", &self.host);
        let answer = self
            .outbound
            .send_for_json::<HostStatus>(OutboundRequest::get(url), &FetchLimits::DIRECTORY)
            .await;
        let relay = name_of(origin);
        match answer {
            Ok(answer) => RelayAnswer {
                relay,
                status: answer.status.filter(|status| is_word(status)),
                seq: answer.seq,
                problem: None,
            },
            Err(error) => RelayAnswer {
                relay,
                status: None,
                seq: None,
                problem: Some(problem_of(&error)),
            },
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

/// What a relay says of the hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayAnswer {
    /// Its origin.
    pub relay: String,
    /// Its word for the hold, where it said one.
    pub status: Option<String>,
    /// The number of the last event that it has.
    pub seq: Option<i64>,
    /// Why it said nothing.
    pub problem: Option<String>,
}

/// What a relay says of a host, as far as it matters here.
#[derive(Deserialize)]
struct HostStatus {
    status: Option<String>,
    seq: Option<i64>,
}

fn name_of(origin: &Url) -> String {
    origin.as_str().trim_end_matches('/').to_owned()
}

/// Whether a stranger's word may be shown.
fn is_word(text: &str) -> bool {
    text.len() <= 32 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// In words for the captain, and none of the relay's.
fn problem_of(error: &OutboundError) -> String {
    match error.status() {
        Some(404) => "it does not know this hold yet".to_owned(),
        Some(501) => "it does not say".to_owned(),
        Some(status) => format!("it answered with status {status}"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
