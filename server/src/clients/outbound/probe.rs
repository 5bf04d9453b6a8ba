//! Whether anybody answers at a URL, for `doctor`.

use http::header::DATE;
use tokio::time::timeout;
use url::Url;

use super::{FetchLimits, OutboundClient, OutboundError, check_destination, sort_error};

/// The head of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbedHead {
    /// The status, whatever it is.
    pub status: u16,
    /// The `Date` header as it was sent.
    pub date: Option<String>,
}

impl OutboundClient {
    /// Asks for `url` and returns the head of the answer, of any status. The body is not read.
    pub async fn probe(&self, url: Url, limits: &FetchLimits) -> Result<ProbedHead, OutboundError> {
        check_destination(&url, limits.ports, &self.addresses)
            .map_err(|reason| OutboundError::Refused { reason })?;
        let response = timeout(limits.first_byte, self.http.get(url).send())
            .await
            .map_err(|_| OutboundError::Timeout)?
            .map_err(sort_error)?;
        let date = response
            .headers()
            .get(DATE)
            .and_then(|date| date.to_str().ok());
        Ok(ProbedHead {
            status: response.status().as_u16(),
            date: date.map(str::to_owned),
        })
    }
}
