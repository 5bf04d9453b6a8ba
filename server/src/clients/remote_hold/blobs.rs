//! Reading blobs of a hold elsewhere (`com.atproto.sync.getBlob`).

use std::ops::RangeInclusive;
use std::time::Duration;

use futures::StreamExt as _;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, RANGE};
use http::{HeaderMap, HeaderValue};
use moka::future::Cache;
use oci::Digest;

use super::super::hold::{BlobContent, HoldError, HoldUser};
use super::super::outbound::{FetchLimits, OpenedAnswer, OutboundError, OutboundRequest};
use super::RemoteHold;
use crate::blob_store::{BlobStoreError, verified_blob};

const METHOD: &str = "com.atproto.sync.getBlob";
/// Digest and size take about 150 bytes each.
const SIZES_KEPT: u64 = 10_000;
/// A hold keeps what nothing uses for an hour at least, so what was there is there.
const SIZES_BELIEVED: Duration = Duration::from_mins(5);

pub(super) fn sizes() -> Cache<Digest, u64> {
    Cache::builder()
        .max_capacity(SIZES_KEPT)
        .time_to_live(SIZES_BELIEVED)
        .build()
}

impl RemoteHold {
    /// The size of a blob, or `None` where it does not exist or `reader` may not read.
    pub(super) async fn stat(
        &self,
        reader: Option<&HoldUser>,
        digest: &Digest,
    ) -> Result<Option<u64>, HoldError> {
        let captain = self.captain().await?;
        if !captain.public {
            let Some(reader) = reader else {
                return Ok(None);
            };
            let standing = self.standing(&captain, &reader.did).await?;
            if !standing.may_read(false) {
                return Ok(None);
            }
        }
        if let Some(size) = self.sizes.get(digest).await {
            return Ok(Some(size));
        }
        let request = self.get_blob(reader, digest, OutboundRequest::head).await?;
        let size = match self
            .parts
            .outbound
            .open(request, &FetchLimits::HOLD_CALL)
            .await
        {
            Ok(OpenedAnswer::Body { headers, .. }) => content_length(&headers),
            // Holds of others send even those elsewhere who only ask for the size.
            Ok(OpenedAnswer::Redirect(url)) => self.size_at(url).await?,
            Err(error) if error.status() == Some(404) || is_absent(&error) => return Ok(None),
            Err(error) => return Err(self.failed(METHOD, &error)),
        };
        if let Some(size) = size {
            self.sizes.insert(digest.clone(), size).await;
        }
        Ok(size)
    }

    /// A blob of `size` bytes, or an inclusive range of it.
    pub(super) async fn read(
        &self,
        reader: Option<&HoldUser>,
        digest: &Digest,
        size: u64,
        range: Option<RangeInclusive<u64>>,
    ) -> Result<Option<BlobContent>, HoldError> {
        let mut request = self.get_blob(reader, digest, OutboundRequest::get).await?;
        if let Some(range) = &range {
            let text = format!("bytes={}-{}", range.start(), range.end());
            let value = HeaderValue::try_from(text).expect("numbers");
            request = request.header(RANGE, value);
        }
        let (headers, body) = match self
            .parts
            .outbound
            .open(request, &FetchLimits::HOLD_CALL)
            .await
        {
            Ok(OpenedAnswer::Redirect(url)) => return Ok(Some(BlobContent::Redirect(url))),
            Ok(OpenedAnswer::Body { headers, body }) => (headers, body),
            Err(error) if error.status() == Some(404) || is_absent(&error) => {
                self.sizes.invalidate(digest).await;
                return Ok(None);
            }
            Err(error) => return Err(self.failed(METHOD, &error)),
        };
        let expected = range
            .as_ref()
            .map_or(size, |range| range.end() - range.start() + 1);
        if content_length(&headers) != Some(expected) {
            self.sizes.invalidate(digest).await;
            return Err(HoldError::Storage(BlobStoreError::Damaged {
                digest: digest.clone(),
                damage: format!("the hold {} does not send its {expected} bytes", self.did),
            }));
        }
        let chunks = body.map(|chunk| {
            chunk.map_err(|error| BlobStoreError::Failed {
                operation: "read a blob of another hold",
                source: std::io::Error::other(error),
            })
        });
        Ok(Some(BlobContent::Stream(match range {
            Some(_) => chunks.boxed(),
            None => verified_blob(chunks, digest.clone(), size),
        })))
    }

    /// The request for a blob, as somebody, where the hold is not open to everybody.
    async fn get_blob(
        &self,
        reader: Option<&HoldUser>,
        digest: &Digest,
        request: impl Fn(url::Url) -> OutboundRequest + Send,
    ) -> Result<OutboundRequest, HoldError> {
        let mut url = self.method_url(METHOD);
        url.query_pairs_mut()
            .append_pair("did", self.did.as_str())
            .append_pair("cid", &digest.to_string());
        let request = request(url);
        match reader {
            Some(reader) if !self.captain().await?.public => {
                let token = self.service_token(reader, METHOD).await?;
                Ok(request.bearer(&token))
            }
            _ => Ok(request),
        }
    }

    /// The size of what lies at a presigned URL, which is good for GET alone.
    async fn size_at(&self, url: url::Url) -> Result<Option<u64>, HoldError> {
        let request =
            OutboundRequest::get(url).header(RANGE, HeaderValue::from_static("bytes=0-0"));
        match self
            .parts
            .outbound
            .open(request, &FetchLimits::HOLD_CALL)
            .await
        {
            Ok(OpenedAnswer::Body { headers, .. }) => {
                let whole = headers
                    .get(CONTENT_RANGE)
                    .and_then(|range| range.to_str().ok()?.rsplit_once('/')?.1.parse().ok());
                Ok(whole.or_else(|| content_length(&headers)))
            }
            Ok(OpenedAnswer::Redirect(_)) => Ok(None),
            Err(error) if matches!(error.status(), Some(404 | 416)) => Ok(None),
            Err(error) => Err(self.failed(METHOD, &error)),
        }
    }
}

fn is_absent(error: &OutboundError) -> bool {
    let OutboundError::Status { xrpc_error, .. } = error else {
        return false;
    };
    matches!(xrpc_error.as_deref(), Some("BlobNotFound" | "NotFound"))
        // A HEAD answer says nothing but its status.
        || (xrpc_error.is_none() && error.status() == Some(400))
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
