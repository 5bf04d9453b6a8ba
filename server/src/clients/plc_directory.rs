//! The PLC directory: documents and operations of `did:plc` identifiers. web.plc.directory/spec/v0.1/did-plc

use atproto::syntax::Did;
use bytes::Bytes;
use serde_json::Value;
use url::Url;

use super::outbound::{FetchLimits, OutboundClient, OutboundError, OutboundRequest};

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
        self.fetch(&[did.as_str()]).await
    }

    /// The last operation of a DID as it was served. `Ok(None)` when there is none.
    pub async fn fetch_last_operation(&self, did: &Did) -> Result<Option<Value>, OutboundError> {
        let body = self.fetch(&[did.as_str(), "log", "last"]).await?;
        body.map(|body| serde_json::from_slice(&body).map_err(|_| OutboundError::InvalidBody))
            .transpose()
    }

    /// Sends an operation of a DID. It counts when this returns.
    pub async fn submit(&self, did: &Did, operation: &Value) -> Result<(), OutboundError> {
        let request = OutboundRequest::post(self.at(&[did.as_str()])?).json(operation)?;
        self.outbound.send(request, &FetchLimits::DIRECTORY).await?;
        Ok(())
    }

    async fn fetch(&self, path: &[&str]) -> Result<Option<Bytes>, OutboundError> {
        let url = self.at(path)?;
        match self.outbound.get_bytes(url, &FetchLimits::DIRECTORY).await {
            Ok(body) => Ok(Some(body)),
            Err(error) if matches!(error.status(), Some(404 | 410)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn at(&self, path: &[&str]) -> Result<Url, OutboundError> {
        let mut url = self.url.clone();
        url.path_segments_mut()
            .map_err(|()| OutboundError::InvalidBody)?
            .pop_if_empty()
            .extend(path);
        Ok(url)
    }
}
