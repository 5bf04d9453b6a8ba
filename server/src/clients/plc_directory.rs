//! The PLC directory: documents of `did:plc` identifiers. web.plc.directory/spec/v0.1/did-plc

use atproto::syntax::Did;
use bytes::Bytes;
use url::Url;

use super::outbound::{FetchLimits, OutboundClient, OutboundError};

/// One PLC directory.
#[derive(Debug, Clone)]
pub struct PlcDirectory {
    outbound: OutboundClient,
    url: Url,
}

impl PlcDirectory {
    /// The directory at `url`, such as `https://plc.directory`.
    pub fn new(outbound: OutboundClient, url: Url) -> Self {
        Self { outbound, url }
    }

    /// The document as it was served. `Ok(None)` when the DID was never registered or has been taken down.
    pub async fn fetch_document(&self, did: &Did) -> Result<Option<Bytes>, OutboundError> {
        let mut url = self.url.clone();
        url.path_segments_mut()
            .map_err(|()| OutboundError::InvalidBody)?
            .pop_if_empty()
            .push(did.as_str());
        match self.outbound.get_bytes(url, &FetchLimits::DIRECTORY).await {
            Ok(body) => Ok(Some(body)),
            Err(error) if matches!(error.status(), Some(404 | 410)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
