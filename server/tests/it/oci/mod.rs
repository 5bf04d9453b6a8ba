//! The OCI distribution API, row by row, over HTTP. One file for each kind of resource.

use http::{Method, StatusCode};
use oci::{Digest, media_types};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, blob, descriptor};

mod blobs;
mod catalog;
mod concurrency;
mod content;
mod deletes;
mod errors;
mod manifests;
mod mounts;
mod other_software;
mod pulls;
mod push_and_pull;
mod records;
mod referrers;
mod tags;
mod uploads;
mod version;

/// Opens an upload and answers with its location.
async fn start_upload(client: &Client, name: &str) -> String {
    let started = client
        .send(Method::POST, &format!("/v2/{name}/blobs/uploads/"), &[], "")
        .await;
    started.expect(StatusCode::ACCEPTED).header("location")
}

/// Pushes a manifest that is written as JSON, with the media type that it names itself.
async fn put_json(client: &Client, name: &str, reference: &str, manifest: &Value) -> Answer {
    let media_type = manifest["mediaType"].as_str().unwrap();
    client
        .put_manifest(name, reference, media_type, manifest.to_string().as_bytes())
        .await
}

/// The digest of a manifest that is written as JSON.
fn digest_of(manifest: &Value) -> Digest {
    Digest::sha256_of(manifest.to_string().as_bytes())
}

/// An image manifest whose config and one layer are in the repository.
async fn pushed_parts(client: &Client, name: &str) -> Value {
    let (config, layer) = (blob(40), blob(200));
    client.push_blob(name, &config).await;
    client.push_blob(name, &layer).await;
    json!({
        "schemaVersion": 2,
        "mediaType": media_types::OCI_IMAGE_MANIFEST,
        "config": descriptor(media_types::OCI_IMAGE_CONFIG, &config),
        "layers": [descriptor(media_types::OCI_LAYER_TAR_GZIP, &layer)],
    })
}

/// An index of some manifests.
fn index_of(manifests: &[Value]) -> Value {
    json!({ "schemaVersion": 2, "mediaType": media_types::OCI_IMAGE_INDEX, "manifests": manifests })
}

/// A signature or the like: a manifest without layers that speaks about `subject`.
async fn pushed_artifact(
    client: &Client,
    name: &str,
    artifact_type: &str,
    subject: &Value,
) -> Value {
    client.push_blob(name, b"{}").await;
    let empty = descriptor("application/vnd.oci.empty.v1+json", b"{}");
    let artifact = json!({
        "schemaVersion": 2,
        "mediaType": media_types::OCI_IMAGE_MANIFEST,
        "artifactType": artifact_type,
        "config": empty,
        "layers": [empty],
        "subject": subject,
        "annotations": { "org.example.made-by": String::from_utf8_lossy(&blob(12)) },
    });
    put_json(client, name, &digest_of(&artifact).to_string(), &artifact)
        .await
        .expect(StatusCode::CREATED);
    artifact
}

/// A descriptor of a manifest that is written as JSON.
fn described(manifest: &Value) -> Value {
    descriptor(
        manifest["mediaType"].as_str().unwrap(),
        manifest.to_string().as_bytes(),
    )
}
