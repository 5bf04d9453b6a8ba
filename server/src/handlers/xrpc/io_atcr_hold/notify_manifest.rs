//! `io.atcr.hold.notifyManifest`: a manifest was pushed, pulled or (ours) deleted.

use atproto::syntax::Did;
use axum::response::Response;
use oci::{RepositoryPath, Tag};
use serde::Deserialize;
use serde_json::json;

use crate::clients::hold::{LayerUse, ManifestNotice};
use crate::handlers::xrpc::answer;
use crate::handlers::xrpc::call::Call;
use crate::handlers::xrpc::error::XrpcError;

/// The most blobs of a manifest, and manifests of an index.
const MAX_ENTRIES: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    repository: String,
    user_did: Did,
    manifest_digest: String,
    manifest: ManifestInfo,
    tag: Option<String>,
    operation: Option<String>,
}

/// What is said of the manifest. Fields that are not known here are passed over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ManifestInfo {
    #[serde(default)]
    media_type: String,
    config: Option<Blob>,
    /// Some senders write `null` for an empty list.
    layers: Option<Vec<Blob>>,
    manifests: Option<Vec<Blob>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Blob {
    #[serde(default)]
    media_type: String,
    digest: String,
    #[serde(default)]
    size: u64,
}

pub(in crate::handlers::xrpc) async fn call(mut call: Call) -> Result<Response, XrpcError> {
    let caller = call.writer().await?;
    let input: Input = call.input().await?;
    let operation = input.operation.clone().unwrap_or_else(|| "push".to_owned());
    let hold = call.hold();
    if operation == "pull" {
        // Whoever may read may say that they did, of anybody's repository.
        if !hold.may_read(Some(&caller)).await? {
            return Err(XrpcError::forbidden(
                "Access denied: user is not a crew member",
            ));
        }
        let repository = repository(&input)?;
        hold.count_pulls(&input.user_did, &repository, 1).await?;
        return Ok(answered(&operation, 0, None));
    }
    if input.user_did != caller {
        return Err(XrpcError::new(
            http::StatusCode::FORBIDDEN,
            "UserMismatch",
            format!(
                "the token is of {caller}, and the manifest of {}",
                input.user_did
            ),
        ));
    }
    match operation.as_str() {
        "push" => {
            let noted = hold.notify_manifest(&notice(input)?).await?;
            let post = noted
                .post
                .map(|key| format!("at://{}/{}/{key}", hold.did(), lexicon::nsid::FEED_POST));
            Ok(answered(&operation, noted.layers_created, post))
        }
        "delete" => {
            let manifest = super::digest(&input.manifest_digest)?;
            hold.forget_manifest(&caller, &repository(&input)?, &manifest)
                .await?;
            Ok(answered(&operation, 0, None))
        }
        other => Err(XrpcError::named(
            "InvalidOperation",
            format!("{other:?} is none of push, pull and delete"),
        )),
    }
}

fn repository(input: &Input) -> Result<RepositoryPath, XrpcError> {
    input
        .repository
        .parse()
        .map_err(|_| XrpcError::invalid("`repository` is not the path of a repository"))
}

fn notice(input: Input) -> Result<ManifestNotice, XrpcError> {
    let repository = repository(&input)?;
    let info = input.manifest;
    let layers = info.layers.unwrap_or_default();
    let manifests = info.manifests.unwrap_or_default();
    if layers.len() > MAX_ENTRIES || manifests.len() > MAX_ENTRIES {
        return Err(XrpcError::invalid("the manifest names too much"));
    }
    let tag: Option<Tag> = input
        .tag
        .filter(|tag| !tag.is_empty())
        .map(|tag| tag.parse())
        .transpose()
        .map_err(|_| XrpcError::invalid("`tag` is not a tag"))?;
    let layers = info
        .config
        .iter()
        .chain(&layers)
        .map(|blob| {
            Ok(LayerUse {
                digest: super::digest(&blob.digest)?,
                size: blob.size,
                media_type: blob.media_type.chars().take(128).collect(),
            })
        })
        .collect::<Result<_, XrpcError>>()?;
    let children = manifests
        .iter()
        .map(|child| super::digest(&child.digest))
        .collect::<Result<_, _>>()?;
    Ok(ManifestNotice {
        owner: input.user_did,
        repository,
        manifest: super::digest(&input.manifest_digest)?,
        media_type: info.media_type,
        tag,
        layers,
        children,
    })
}

fn answered(operation: &str, layers_created: usize, post: Option<String>) -> Response {
    let mut value = json!({
        "success": true,
        "operation": operation,
        "statsUpdated": operation != "delete",
        "layersCreated": layers_created,
        "postCreated": post.is_some(),
    });
    if let Some(post) = post {
        value["postUri"] = post.into();
    }
    answer::json(value)
}
