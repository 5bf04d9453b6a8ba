//! Blobs on their way in (OCI distribution-spec end-4, end-5, end-6, end-11, end-13, end-14).

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt as _, stream};
use http::header::{CONTENT_LENGTH, CONTENT_RANGE, LOCATION, RANGE};
use http::{HeaderMap, HeaderName, StatusCode};
use oci::{ContentRange, Digest, ErrorCode, Mount, RepositoryName, UploadId};

use crate::blob_store::{BodyError, IncomingBytes};
use crate::clients::hold::Upload;
use crate::registry::permissions::PushAccess;
use crate::registry::{Mounted, Registry};

use super::OciError;
use super::blobs::{CONTENT_DIGEST, insert_text};

const UPLOAD_UUID: HeaderName = HeaderName::from_static("docker-upload-uuid");

/// How long a client may send nothing in the middle of a body.
const BODY_IDLE: Duration = Duration::from_mins(1);

/// Begins an upload, mounts a blob, or stores one whose bytes come at once.
pub async fn start(
    registry: &Registry,
    access: &PushAccess,
    digest: Option<Digest>,
    mount: Option<Mount>,
    request: Request,
) -> Result<Response, OciError> {
    let name = &access.repository.name;
    if let Some(mount) = mount
        && registry
            .mount_blob(access, &mount.digest, mount.from.as_deref())
            .await?
            == Mounted::Yes
    {
        return Ok(stored(name, &mount.digest));
    }
    let upload = registry.start_upload(access).await?;
    let Some(digest) = digest else {
        return Ok(in_progress(StatusCode::ACCEPTED, name, &upload));
    };
    let completed = registry
        .complete_upload(
            access,
            &upload.id,
            &digest,
            None,
            incoming(request.into_body()),
        )
        .await;
    if let Err(error) = completed {
        // Nobody was told of this upload, so nobody would end it.
        let _ = registry.cancel_upload(access, &upload.id).await;
        return Err(error.into());
    }
    Ok(stored(name, &digest))
}

/// How far an upload has come.
pub async fn status(
    registry: &Registry,
    access: &PushAccess,
    id: &UploadId,
) -> Result<Response, OciError> {
    let upload = registry.find_upload(access, id.as_str()).await?;
    Ok(in_progress(
        StatusCode::NO_CONTENT,
        &access.repository.name,
        &upload,
    ))
}

/// Takes the next chunk, or a stream of unknown length.
pub async fn append(
    registry: &Registry,
    access: &PushAccess,
    id: &UploadId,
    request: Request,
) -> Result<Response, OciError> {
    let start = chunk_start(request.headers())?;
    let upload = registry
        .append_upload(access, id.as_str(), start, incoming(request.into_body()))
        .await?;
    Ok(in_progress(
        StatusCode::ACCEPTED,
        &access.repository.name,
        &upload,
    ))
}

/// Takes the last bytes, if any, and verifies the digest over all.
pub async fn complete(
    registry: &Registry,
    access: &PushAccess,
    id: &UploadId,
    digest: &Digest,
    request: Request,
) -> Result<Response, OciError> {
    let start = chunk_start(request.headers())?;
    registry
        .complete_upload(
            access,
            id.as_str(),
            digest,
            start,
            incoming(request.into_body()),
        )
        .await?;
    Ok(stored(&access.repository.name, digest))
}

/// Gives up an upload.
pub async fn cancel(
    registry: &Registry,
    access: &PushAccess,
    id: &UploadId,
) -> Result<Response, OciError> {
    registry.cancel_upload(access, id.as_str()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Where the chunk begins, from `Content-Range: <first>-<last>`, which must agree with `Content-Length`. Without it
/// the bytes go where the upload stands.
fn chunk_start(headers: &HeaderMap) -> Result<Option<u64>, OciError> {
    let Some(header) = headers.get(CONTENT_RANGE) else {
        return Ok(None);
    };
    let invalid = || {
        OciError::new(
            ErrorCode::BlobUploadInvalid,
            "Content-Range must be <first byte>-<last byte>",
        )
        .with_status(StatusCode::RANGE_NOT_SATISFIABLE)
    };
    let range: ContentRange = header
        .to_str()
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(invalid)?;
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length != range.length()) {
        return Err(OciError::new(
            ErrorCode::SizeInvalid,
            "Content-Range and Content-Length give the chunk different lengths",
        )
        .with_status(StatusCode::BAD_REQUEST));
    }
    Ok(Some(range.first()))
}

/// The body, which ends with an error when nothing came for a while: work on an upload goes on when its client
/// goes away, so somebody who stays but says nothing would hold the upload for ever.
fn incoming(body: Body) -> IncomingBytes {
    Box::pin(stream::unfold(
        Some(body.into_data_stream()),
        |body| async {
            let mut body = body?;
            match tokio::time::timeout(BODY_IDLE, body.next()).await {
                Ok(None) => None,
                Ok(Some(Ok(bytes))) => Some((Ok(bytes), Some(body))),
                Ok(Some(Err(error))) => Some((Err(BodyError::new(error)), None)),
                Err(elapsed) => Some((Err(BodyError::new(elapsed)), None)),
            }
        },
    ))
}

fn in_progress(status: StatusCode, name: &RepositoryName, upload: &Upload) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    insert_text(
        headers,
        LOCATION,
        &format!("/v2/{name}/blobs/uploads/{}", upload.id),
    );
    insert_text(headers, RANGE, &oci::upload_range(upload.size));
    insert_text(headers, UPLOAD_UUID, &upload.id);
    response
}

fn stored(name: &RepositoryName, digest: &Digest) -> Response {
    let mut response = StatusCode::CREATED.into_response();
    let headers = response.headers_mut();
    insert_text(headers, LOCATION, &format!("/v2/{name}/blobs/{digest}"));
    insert_text(headers, CONTENT_DIGEST, &digest.to_string());
    response
}
