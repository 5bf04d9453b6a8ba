//! Personal data servers: the XRPC methods of theirs that the registry uses.
//!
//! Every method takes the server's origin and answers in domain words, in bounded time. It keeps no
//! session; `accounts::pds_sessions` does.

mod access;
mod error;
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

use serde::Serialize;
use url::Url;

use super::outbound::{OutboundClient, OutboundRequest};

/// Speaks to any PDS. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PdsClient {
    outbound: OutboundClient,
}

impl PdsClient {
    /// A client that goes out through `outbound`.
    pub fn new(outbound: OutboundClient) -> Self {
        Self { outbound }
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
