//! Personal data servers: the XRPC methods of theirs that the registry uses.
//!
//! Every method takes the server's origin and answers in domain words, in bounded time. It keeps no
//! session; `accounts::pds_sessions` does.

mod access;
mod error;
mod pace;
mod records;
mod server;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use access::{PdsCredential, RepoAccess};
pub use error::PdsError;
pub use records::{Record, RecordPage, RecordReference, RepoStatus, Swap, Write};
pub use server::PdsSession;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use self::pace::{Asker, Pace};
use super::outbound::{FetchLimits, OutboundClient, OutboundError, OutboundRequest};
use crate::clock::Clock;

/// Speaks to any PDS, and waits as long as one asks for. Cheap to clone; clones share what they were asked for.
#[derive(Debug, Clone)]
pub struct PdsClient {
    outbound: OutboundClient,
    pace: Pace,
}

impl PdsClient {
    /// A client that goes out through `outbound`.
    pub fn new(outbound: OutboundClient, clock: Clock) -> Self {
        Self {
            outbound,
            pace: Pace::new(clock),
        }
    }

    /// Sends a request that needs no proof of a key, unless its PDS asked to wait, and returns the body of a 2xx answer.
    async fn send(
        &self,
        asker: Asker,
        request: OutboundRequest,
        limits: &FetchLimits,
    ) -> Result<Bytes, OutboundError> {
        let pds = request.url().clone();
        self.pace.check(&pds, &asker)?;
        let outcome = self.outbound.send(request, limits).await;
        if let Err(error) = &outcome {
            self.pace.note(&pds, asker, error);
        }
        outcome
    }

    /// As [`PdsClient::send`], for an answer in JSON.
    async fn send_for_json<T: DeserializeOwned>(
        &self,
        asker: Asker,
        request: OutboundRequest,
        limits: &FetchLimits,
    ) -> Result<T, OutboundError> {
        let body = self.send(asker, request, limits).await?;
        serde_json::from_slice(&body).map_err(|_| OutboundError::InvalidBody)
    }
}

fn method_url(pds: &Url, method: &str, parameters: &[(&str, &str)]) -> Url {
    let mut url = pds.clone();
    url.set_path(&format!("/xrpc/{method}"));
    url.set_query(None);
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    url
}

fn query(pds: &Url, method: &str, parameters: &[(&str, &str)]) -> OutboundRequest {
    OutboundRequest::get(method_url(pds, method, parameters))
}

fn procedure(pds: &Url, method: &str, input: &impl Serialize) -> Result<OutboundRequest, PdsError> {
    Ok(OutboundRequest::post(method_url(pds, method, &[])).json(input)?)
}
