//! One bucket: the requests that the store makes, and what their failures mean.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Credentials, Region, RequestChecksumCalculation,
    ResponseChecksumValidation,
};
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use aws_smithy_http_client::tls;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use bytes::Bytes;
use secrecy::ExposeSecret as _;

use super::super::BlobStoreError;
use super::settings::S3Settings;
use super::staged::MultipartUpload;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For one try of a request, of which the largest sends a part.
const ATTEMPT_TIMEOUT: Duration = Duration::from_mins(2);
const ATTEMPTS: u32 = 4;
/// What blobs are served as from the bucket itself: nothing that a browser would run or show.
const CONTENT_TYPE: &str = "application/octet-stream";
const DISPOSITION: &str = "attachment";

/// A bucket, and the right to use it.
#[derive(Clone)]
pub(super) struct Bucket {
    client: Client,
    name: String,
}

/// An object, as a listing shows it.
pub(super) struct Listed {
    pub key: String,
    /// Unix seconds.
    pub modified: i64,
}

impl Bucket {
    pub(super) fn new(settings: &S3Settings) -> Self {
        Self::signing_with(settings, settings.secret_access_key.expose_secret())
    }

    /// The same bucket, asked with another secret key.
    pub(super) fn signing_with(settings: &S3Settings, secret: &str) -> Self {
        let credentials = Credentials::new(&settings.access_key_id, secret, None, None, "settings");
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let mut config = Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(settings.region.clone()))
            .credentials_provider(credentials)
            .force_path_style(settings.path_style)
            .http_client(http)
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            // The signature covers the hash of what is sent. Further checksums are refused by some servers.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        if let Some(endpoint) = &settings.endpoint {
            config = config.endpoint_url(endpoint.as_str().trim_end_matches('/'));
        }
        Self {
            client: Client::from_conf(config.build()),
            name: settings.bucket.clone(),
        }
    }

    /// Whether there is such a bucket.
    pub(super) async fn exists(&self) -> Result<bool, BlobStoreError> {
        let answer = self.client.head_bucket().bucket(&self.name).send().await;
        Ok(unless_missing("look up the bucket", answer)?.is_some())
    }

    /// Makes the bucket.
    #[cfg(test)]
    pub(super) async fn create(&self) {
        let request = self.client.create_bucket().bucket(&self.name);
        request.send().await.expect("the server makes buckets");
    }

    pub(super) async fn put(&self, key: &str, content: Bytes) -> Result<(), BlobStoreError> {
        self.client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .body(ByteStream::from(content))
            .content_type(CONTENT_TYPE)
            .send()
            .await
            .map(drop)
            .map_err(|error| failed("store an object", &error))
    }

    /// The object, or an inclusive range of it; `None` where there is none.
    pub(super) async fn get(
        &self,
        key: &str,
        range: Option<String>,
    ) -> Result<Option<GetObjectOutput>, BlobStoreError> {
        let request = self.client.get_object().bucket(&self.name).key(key);
        let answer = request.set_range(range).send().await;
        unless_missing("fetch an object", answer)
    }

    /// All of a small object.
    pub(super) async fn get_whole(&self, key: &str) -> Result<Option<Bytes>, BlobStoreError> {
        let Some(object) = self.get(key, None).await? else {
            return Ok(None);
        };
        let content = object.body.collect().await;
        content
            .map(|content| Some(content.into_bytes()))
            .map_err(|error| BlobStoreError::Failed {
                operation: "fetch an object",
                source: std::io::Error::other(error),
            })
    }

    /// The size of an object in bytes.
    pub(super) async fn size(&self, key: &str) -> Result<Option<u64>, BlobStoreError> {
        let request = self.client.head_object().bucket(&self.name).key(key);
        let found = unless_missing("look up an object", request.send().await)?;
        Ok(found.map(|object| unsigned(object.content_length())))
    }

    /// Removes an object. Not an error when it is gone already.
    pub(super) async fn delete(&self, key: &str) -> Result<(), BlobStoreError> {
        let request = self.client.delete_object().bucket(&self.name).key(key);
        unless_missing("remove an object", request.send().await).map(drop)
    }

    /// Objects below `prefix`, a page at a time: `after` is the last key of the page before.
    pub(super) async fn list(
        &self,
        prefix: &str,
        after: Option<String>,
    ) -> Result<Vec<Listed>, BlobStoreError> {
        let request = self.client.list_objects_v2().bucket(&self.name);
        let answer = request
            .prefix(prefix)
            .set_start_after(after)
            .send()
            .await
            .map_err(|error| failed("list objects", &error))?;
        let objects = answer.contents.unwrap_or_default().into_iter();
        Ok(objects
            .filter_map(|object| {
                Some(Listed {
                    modified: object
                        .last_modified()
                        .map_or(0, aws_sdk_s3::primitives::DateTime::secs),
                    key: object.key?,
                })
            })
            .collect())
    }

    /// Opens a multipart upload of the object `key`.
    pub(super) async fn start_multipart(&self, key: &str) -> Result<String, BlobStoreError> {
        let request = self.client.create_multipart_upload().bucket(&self.name);
        let operation = "begin a multipart upload";
        let answer = request
            .key(key)
            .content_type(CONTENT_TYPE)
            .send()
            .await
            .map_err(|error| failed(operation, &error))?;
        answer.upload_id.ok_or_else(|| BlobStoreError::Failed {
            operation,
            source: std::io::Error::other("the answer names no upload"),
        })
    }

    /// Sends the part with this number, from 1. Returns what the server calls it; `None` where it does not know the
    /// upload any more.
    pub(super) async fn put_part(
        &self,
        upload: &MultipartUpload,
        number: usize,
        content: Bytes,
    ) -> Result<Option<String>, BlobStoreError> {
        let operation = "send a part";
        let request = self.client.upload_part().bucket(&self.name);
        let answer = request
            .key(&upload.key)
            .upload_id(&upload.id)
            .part_number(signed(number))
            .body(ByteStream::from(content))
            .send()
            .await;
        let Some(part) = unless_missing(operation, answer)? else {
            return Ok(None);
        };
        let etag = part.e_tag.ok_or_else(|| BlobStoreError::Failed {
            operation,
            source: std::io::Error::other("the answer has no ETag"),
        })?;
        Ok(Some(etag))
    }

    /// Makes the parts one object. False where the server does not know the upload any more.
    pub(super) async fn complete_multipart(
        &self,
        upload: &MultipartUpload,
        parts: &[String],
    ) -> Result<bool, BlobStoreError> {
        let parts = parts.iter().enumerate().map(|(index, etag)| {
            let number = signed(index + 1);
            CompletedPart::builder()
                .part_number(number)
                .e_tag(etag)
                .build()
        });
        let whole = CompletedMultipartUpload::builder().set_parts(Some(parts.collect()));
        let request = self.client.complete_multipart_upload().bucket(&self.name);
        let answer = request
            .key(&upload.key)
            .upload_id(&upload.id)
            .multipart_upload(whole.build())
            .send()
            .await;
        Ok(unless_missing("complete a multipart upload", answer)?.is_some())
    }

    /// Throws the parts away. Not an error when they are gone already.
    pub(super) async fn abort_multipart(&self, key: &str, id: &str) -> Result<(), BlobStoreError> {
        let request = self.client.abort_multipart_upload().bucket(&self.name);
        let answer = request.key(key).upload_id(id).send().await;
        unless_missing("abort a multipart upload", answer).map(drop)
    }

    /// A URL from which anybody can fetch the object until `lifetime` has passed.
    pub(super) async fn presign(
        &self,
        key: &str,
        lifetime: Duration,
    ) -> Result<url::Url, BlobStoreError> {
        let operation = "sign a URL";
        let unusable = |error: String| BlobStoreError::Failed {
            operation,
            source: std::io::Error::other(error),
        };
        let lifetime =
            PresigningConfig::expires_in(lifetime).map_err(|error| unusable(error.to_string()))?;
        let request = self.client.get_object().bucket(&self.name).key(key);
        let signed = request
            .response_content_type(CONTENT_TYPE)
            .response_content_disposition(DISPOSITION)
            .presigned(lifetime)
            .await
            .map_err(|error| failed(operation, &error))?;
        signed
            .uri()
            .parse()
            .map_err(|error: url::ParseError| unusable(error.to_string()))
    }
}

/// Whether the server refused because of who asks.
pub(super) fn is_denied(error: &BlobStoreError) -> bool {
    let BlobStoreError::Failed { source, .. } = error else {
        return false;
    };
    let denied = source
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Refused>());
    denied.is_some_and(|refused| matches!(refused.status, 401 | 403))
}

/// What the server said, for the log.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
struct Refused {
    status: u16,
    text: String,
}

/// An answer; `None` where the object or the upload is not there.
fn unless_missing<T, E>(
    operation: &'static str,
    answer: Result<T, SdkError<E>>,
) -> Result<Option<T>, BlobStoreError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(failed(operation, &error)),
    }
}

/// A request without a body of its own is answered by the bare status. A missing bucket is an error, not an absence.
fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    let status = error.raw_response().map(|answer| answer.status().as_u16());
    match error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code)
    {
        Some("NoSuchBucket") => false,
        Some("NoSuchKey" | "NoSuchUpload" | "NotFound") => true,
        _ => status == Some(404),
    }
}

fn failed<E>(operation: &'static str, error: &SdkError<E>) -> BlobStoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let status = error
        .raw_response()
        .map_or(0, |answer| answer.status().as_u16());
    let text = DisplayErrorContext(error).to_string();
    let code = error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code);
    let is_full = status == 507 || matches!(code, Some("QuotaExceeded" | "EntityTooLarge"));
    let source = std::io::Error::other(Refused { status, text });
    if is_full {
        BlobStoreError::Full { operation, source }
    } else {
        BlobStoreError::Failed { operation, source }
    }
}

fn unsigned(length: Option<i64>) -> u64 {
    length
        .and_then(|length| u64::try_from(length).ok())
        .unwrap_or(0)
}

/// S3 counts parts up to 10,000.
fn signed(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
