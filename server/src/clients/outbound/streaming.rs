//! Answers that are too large to be kept in memory.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use http::HeaderMap;
use http::header::LOCATION;
use tokio::time::timeout;
use url::Url;

use super::{
    FetchLimits, OutboundClient, OutboundError, OutboundRequest, read_refusal, refuse_encoded,
    sort_error,
};

/// A body in which nothing comes for this long is given up.
const IDLE: Duration = Duration::from_secs(30);

/// A body as it comes. An error is its last item.
pub type StreamedBody = Pin<Box<dyn Stream<Item = Result<Bytes, OutboundError>> + Send>>;

/// The head of an answer.
pub enum OpenedAnswer {
    /// A 2xx answer.
    Body {
        /// Its headers.
        headers: HeaderMap,
        /// Its body.
        body: StreamedBody,
    },
    /// Another place to look. It was not followed.
    Redirect(Url),
}

impl OutboundClient {
    /// Sends a request and returns the head of a 2xx answer or of a redirect, with the body still to come. Of
    /// `limits`, only those on the head and the destination count; a body takes as long as it takes, while
    /// something comes.
    pub async fn open(
        &self,
        request: OutboundRequest,
        limits: &FetchLimits,
    ) -> Result<OpenedAnswer, OutboundError> {
        let base = request.url.clone();
        let response = {
            // A slot is for asking: downloads that take minutes do not keep others from being asked for.
            let _slot = self.slots.take(base.authority()).await;
            self.request(request, limits).await?
        };
        let status = response.status();
        if status.is_redirection() {
            let location = response
                .headers()
                .get(LOCATION)
                .and_then(|value| value.to_str().ok())
                .and_then(|location| base.join(location).ok());
            return match location {
                Some(location) => Ok(OpenedAnswer::Redirect(location)),
                None => Err(OutboundError::InvalidBody),
            };
        }
        if !status.is_success() {
            let refused = timeout(limits.first_byte, read_refusal(response)).await;
            return Err(refused.unwrap_or(OutboundError::Timeout));
        }
        refuse_encoded(response.headers())?;
        let headers = response.headers().clone();
        let chunks = Some(Box::pin(response.bytes_stream()));
        let body = futures::stream::unfold(chunks, |chunks| async {
            let mut chunks = chunks?;
            match timeout(IDLE, chunks.next()).await {
                Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(chunks))),
                Ok(Some(Err(error))) => Some((Err(sort_error(error)), None)),
                Ok(None) => None,
                Err(_) => Some((Err(OutboundError::Timeout), None)),
            }
        });
        Ok(OpenedAnswer::Body {
            headers,
            body: body.boxed(),
        })
    }
}
