//! Answers whose status and headers matter, whatever they are.

use bytes::Bytes;
use http::HeaderMap;
use tokio::time::timeout;

use super::{
    ERROR_BODY_LIMIT, FetchLimits, OutboundClient, OutboundError, OutboundRequest, read_body,
    refusal_of, refuse_encoded,
};

/// A whole answer.
#[derive(Debug, Clone)]
pub struct OutboundAnswer {
    /// The status, whatever it is.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body. Of an answer that is no success, what was read of it.
    pub body: Bytes,
}

impl OutboundAnswer {
    /// Whether the status is 2xx.
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..300)
    }

    /// The body of a 2xx answer.
    ///
    /// # Errors
    /// As [`OutboundClient::send`] has them.
    pub fn into_success(self) -> Result<Bytes, OutboundError> {
        if self.is_success() {
            Ok(self.body)
        } else {
            Err(refusal_of(self.status, &self.headers, &self.body))
        }
    }
}

impl OutboundClient {
    /// Sends a request and reads its answer, of any status.
    pub async fn exchange(
        &self,
        request: OutboundRequest,
        limits: &FetchLimits,
    ) -> Result<OutboundAnswer, OutboundError> {
        let read = async {
            let _slot = self.slots.take(request.url.authority()).await;
            let response = self.request(request, limits).await?;
            let status = response.status();
            let headers = response.headers().clone();
            let body = if status.is_success() {
                refuse_encoded(&headers)?;
                read_body(response, limits.max_bytes).await?
            } else {
                let read = read_body(response, ERROR_BODY_LIMIT).await;
                read.unwrap_or_default()
            };
            Ok(OutboundAnswer {
                status: status.as_u16(),
                headers,
                body,
            })
        };
        timeout(limits.total, read)
            .await
            .unwrap_or(Err(OutboundError::Timeout))
    }
}
