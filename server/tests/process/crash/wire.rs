//! A registry client for a server that may die at any moment: a lost connection is an answer too.

use std::sync::{Arc, Mutex, MutexGuard};

use ::http::{HeaderMap, Method, StatusCode};
use bytes::Bytes;
use oci::Digest;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::ledger::{Content, Ledger, OpenUpload};
use crate::harness::{http, with_digest};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Why a push did not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The connection was lost: whether the server did what it was asked is not known.
    Lost,
    /// The server does not know the upload any more. Only one that was about to end may be refused so: its
    /// bytes may have become a blob that was never acknowledged, and the client begins again.
    Refused,
}

/// An answer that came.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// How many bytes of an upload the server has (OCI distribution-spec end-13).
    pub fn upload_size(&self) -> u64 {
        let range = self.headers["range"].to_str().unwrap();
        let (first, last) = range.split_once('-').unwrap();
        assert_eq!(first, "0");
        // Nothing at all is written as 0-0, like one byte; the length tells them apart when it matters.
        match last {
            "0" => 0,
            last => last.parse::<u64>().unwrap() + 1,
        }
    }

    fn check_not_refused(&self, upload: &OpenUpload) -> Result<(), Stopped> {
        if self.status != StatusCode::NOT_FOUND {
            return Ok(());
        }
        assert!(
            upload.is_ending,
            "an upload with acknowledged bytes is gone: {upload:?}"
        );
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(body["errors"][0]["code"], "BLOB_UPLOAD_UNKNOWN");
        Err(Stopped::Refused)
    }
}

/// Talks to one repository and keeps the ledger.
#[derive(Clone)]
pub struct Wire {
    pub base: String,
    pub name: String,
    pub token: String,
    pub ledger: Arc<Mutex<Ledger>>,
    /// Tells how many answers of 201 and 202 came.
    pub steps: watch::Sender<u64>,
    http: reqwest::Client,
}

impl Wire {
    pub fn new(base: &str, name: &str, token: &str) -> Self {
        Self {
            base: base.to_owned(),
            name: name.to_owned(),
            token: token.to_owned(),
            ledger: Arc::default(),
            steps: watch::Sender::new(0),
            http: http(),
        }
    }

    /// The ledger, for a moment.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap()
    }

    /// Sends a request. What is acknowledged is written down before the next step is taken.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Result<Answer, Stopped> {
        let url = format!("{}{path}", self.base);
        let mut request = self
            .http
            .request(method, url)
            .bearer_auth(&self.token)
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.map_err(|_| Stopped::Lost)?;
        let (status, headers) = (response.status(), response.headers().clone());
        // An acknowledgement counts from its head on; what follows is not waited for.
        let body = match response.bytes().await {
            Ok(body) => body,
            Err(_) if matches!(status, StatusCode::CREATED | StatusCode::ACCEPTED) => Bytes::new(),
            Err(_) => return Err(Stopped::Lost),
        };
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    pub async fn get(&self, path: &str) -> Result<Answer, Stopped> {
        self.send(Method::GET, path, &[], "").await
    }

    /// One more step was acknowledged, and the ledger says so.
    fn count_step(&self) {
        self.steps.send_modify(|steps| *steps += 1);
    }

    /// Pushes a blob by one request.
    pub async fn push_whole(&self, content: Content) -> Result<Digest, Stopped> {
        let bytes = content.bytes();
        let digest = self.attempt_blob(&bytes);
        let path = format!("/v2/{}/blobs/uploads/?digest={digest}", self.name);
        let answer = self.send(Method::POST, &path, &[], bytes).await?;
        self.created_blob(&answer, &digest);
        Ok(digest)
    }

    /// Pushes a blob by POST, PATCH for each chunk, and PUT with what is left.
    pub async fn push_in_chunks(&self, content: Content, chunks: usize) -> Result<Digest, Stopped> {
        self.attempt_blob(&content.bytes());
        let path = format!("/v2/{}/blobs/uploads/", self.name);
        let answer = self.send(Method::POST, &path, &[], "").await?;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
        let location = answer.headers["location"].to_str().unwrap().to_owned();
        let upload = OpenUpload {
            location: location.clone(),
            content,
            acknowledged: 0,
            is_ending: false,
        };
        self.ledger().uploads.push(upload.clone());
        self.count_step();
        self.resume(upload, chunks).await
    }

    /// Goes on where the server has got to, and ends the upload.
    pub async fn resume(&self, upload: OpenUpload, chunks: usize) -> Result<Digest, Stopped> {
        let bytes = Bytes::from(upload.content.bytes());
        let digest = Digest::sha256_of(&bytes);
        let mut done = usize::try_from(upload.acknowledged).unwrap();
        let chunk = (bytes.len() - done) / (chunks + 1);
        for _ in 0..chunks {
            if chunk == 0 {
                break;
            }
            let range = format!("{done}-{}", done + chunk - 1);
            let headers = [("content-range", range.as_str())];
            let part = bytes.slice(done..done + chunk);
            let answer = self
                .send(Method::PATCH, &upload.location, &headers, part)
                .await?;
            answer.check_not_refused(&upload)?;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
            done += chunk;
            assert_eq!(answer.upload_size(), done as u64);
            self.ledger().upload(&upload.location).acknowledged = done as u64;
            self.count_step();
        }
        self.ledger().upload(&upload.location).is_ending = true;
        let url = with_digest(&upload.location, &digest);
        let answer = self
            .send(Method::PUT, &url, &[], bytes.slice(done..))
            .await?;
        answer.check_not_refused(&upload)?;
        self.created_blob(&answer, &digest);
        self.ledger().end_upload(&upload.location);
        Ok(digest)
    }

    /// Pushes a manifest of these blobs under a tag. The first is its config.
    pub async fn push_manifest(
        &self,
        tag: &str,
        blobs: &[(Digest, usize)],
    ) -> Result<Digest, Stopped> {
        let descriptor = |(digest, size): &(Digest, usize), media_type: &str| json!({ "mediaType": media_type, "digest": digest.to_string(), "size": size });
        let layers: Vec<Value> = blobs[1..]
            .iter()
            .map(|blob| descriptor(blob, "application/vnd.oci.image.layer.v1.tar+gzip"))
            .collect();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(&blobs[0], "application/vnd.oci.image.config.v1+json"),
            "layers": layers,
        });
        let content = manifest.to_string().into_bytes();
        let digest = Digest::sha256_of(&content);
        self.ledger()
            .attempted_manifests
            .insert(digest.clone(), content.clone());
        self.ledger().attempt_tag(tag, &digest);
        let path = format!("/v2/{}/manifests/{tag}", self.name);
        let headers = [("content-type", MANIFEST)];
        let answer = self
            .send(Method::PUT, &path, &headers, content.clone())
            .await?;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        let mut ledger = self.ledger();
        ledger.manifests.insert(digest.clone(), content);
        ledger.acknowledge_tag(tag, &digest);
        drop(ledger);
        self.count_step();
        Ok(digest)
    }

    fn attempt_blob(&self, bytes: &[u8]) -> Digest {
        let digest = Digest::sha256_of(bytes);
        self.ledger().attempted_blobs.insert(digest.clone());
        digest
    }

    fn created_blob(&self, answer: &Answer, digest: &Digest) {
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        self.ledger().blobs.insert(digest.clone());
        self.count_step();
    }
}
