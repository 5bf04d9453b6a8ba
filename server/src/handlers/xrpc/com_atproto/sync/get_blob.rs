//! `com.atproto.sync.getBlob`: a blob of a record by its CID, or a layer by its digest.
//!
//! Layers follow the captain's decision on who may read; blobs of records are public. Either way the bytes are
//! whatever somebody uploaded, and a browser must neither guess at them nor run them.

use std::ops::RangeInclusive;

use atproto::data::Cid;
use atproto::syntax::Did;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, LOCATION, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use oci::{Digest, RangeOutcome};

use super::check_did;
use crate::clients::hold::BlobContent;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

pub(in crate::handlers::xrpc) async fn call(call: Call) -> Result<Response, XrpcError> {
    let name: String = call.required("cid")?;
    if let Ok(cid) = name.parse::<Cid>() {
        return record_blob(&call, &cid).await;
    }
    let digest: Digest = name.parse().map_err(|_| {
        XrpcError::invalid("the parameter `cid` is neither a CID nor a digest such as sha256:…")
    })?;
    layer(&call, &digest).await
}

async fn record_blob(call: &Call, cid: &Cid) -> Result<Response, XrpcError> {
    check_did(call)?;
    let hold = call.hold();
    let blob = hold
        .find_record_blob(cid)
        .await?
        .ok_or_else(|| blob_not_found(&cid.to_string()))?;
    let served = Served {
        name: cid.to_string(),
        media_type: blob.media_type.clone(),
        size: blob.size,
        is_public: true,
    };
    let range = match wanted_range(call.headers(), blob.size) {
        RangeOutcome::Whole => None,
        RangeOutcome::Partial { first, last } => Some(first..=last),
        RangeOutcome::Unsatisfiable => return Ok(unsatisfiable(blob.size)),
    };
    if call.is_head() {
        return Ok(served.answer(Body::empty(), None));
    }
    let bytes = hold
        .read_record_blob(&blob, range.clone())
        .await?
        .ok_or_else(|| blob_not_found(&served.name))?;
    Ok(served.answer(Body::from_stream(bytes), range))
}

async fn layer(call: &Call, digest: &Digest) -> Result<Response, XrpcError> {
    // Whose it is does not matter: a layer that is here is here once.
    call.required::<Did>("did")?;
    let hold = call.hold();
    let reader = call.optional_caller().await?;
    if !hold.may_read(reader.as_ref()).await? {
        return Err(match reader {
            None => XrpcError::auth_required(
                "this hold is not public; ask your PDS for a service token with lxm=com.atproto.sync.getBlob",
            ),
            Some(_) => XrpcError::forbidden("Access denied: user is not a crew member"),
        });
    }
    let unknown = || blob_not_found(&digest.to_string());
    let size = hold
        .stat_blob(reader.as_ref(), digest)
        .await?
        .ok_or_else(unknown)?;
    let served = Served {
        name: digest.to_string(),
        media_type: "application/octet-stream".to_owned(),
        size,
        is_public: false,
    };
    let range = match wanted_range(call.headers(), size) {
        RangeOutcome::Whole => None,
        RangeOutcome::Partial { first, last } => Some(first..=last),
        RangeOutcome::Unsatisfiable => return Ok(unsatisfiable(size)),
    };
    if call.is_head() {
        return Ok(served.answer(Body::empty(), None));
    }
    let content = hold
        .read_blob(reader.as_ref(), digest, size, range.clone())
        .await?
        .ok_or_else(unknown)?;
    Ok(match content {
        BlobContent::Stream(bytes) => served.answer(Body::from_stream(bytes), range),
        BlobContent::Redirect(url) => redirect(&url),
    })
}

/// How a blob is served.
struct Served {
    name: String,
    media_type: String,
    size: u64,
    is_public: bool,
}

impl Served {
    fn answer(&self, body: Body, range: Option<RangeInclusive<u64>>) -> Response {
        let mut response = Response::new(body);
        let length = range
            .as_ref()
            .map_or(self.size, |range| range.end() - range.start() + 1);
        if let Some(range) = range {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let text = format!("bytes {}-{}/{}", range.start(), range.end(), self.size);
            insert(response.headers_mut(), CONTENT_RANGE, &text);
        }
        let headers = response.headers_mut();
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        insert(headers, CONTENT_TYPE, &self.media_type);
        insert(headers, ETAG, &format!("\"{}\"", self.name));
        let file = self.name.replace(':', "-");
        insert(
            headers,
            CONTENT_DISPOSITION,
            &format!("attachment; filename=\"{file}\""),
        );
        let scope = if self.is_public { "public" } else { "private" };
        insert(
            headers,
            CACHE_CONTROL,
            &format!("{scope}, max-age=31536000, immutable"),
        );
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        );
        response
    }
}

fn wanted_range(headers: &HeaderMap, size: u64) -> RangeOutcome {
    match headers.get(RANGE).and_then(|value| value.to_str().ok()) {
        Some(range) => oci::parse_range(range, size),
        None => RangeOutcome::Whole,
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

fn blob_not_found(name: &str) -> XrpcError {
    XrpcError::named("BlobNotFound", format!("there is no blob {name} here"))
}

fn unsatisfiable(size: u64) -> Response {
    let error = XrpcError::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "InvalidRequest",
        format!("the blob has {size} bytes"),
    );
    let mut response = error.into_response();
    insert(
        response.headers_mut(),
        CONTENT_RANGE,
        &format!("bytes */{size}"),
    );
    response
}

fn redirect(url: &url::Url) -> Response {
    let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
    let headers = response.headers_mut();
    insert(headers, LOCATION, url.as_str());
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
