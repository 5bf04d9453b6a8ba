//! One manifest with everything that it names.

use app::api::error::PageError;
use app::api::repository::image::{
    Artifact, Blob, Config, ContainerImage, ImageContent, ImagePage, IndexEntry, Layer, Referrer,
    Step,
};

use crate::catalog::{ArtifactDetails, ConfigValue, Image, ImageBody, ImageConfig, ImageDetails};
use crate::handlers::web::sources::CatalogPages;
use crate::handlers::web::{person, views};

/// Parts of an artifact's config that are shown, in this order: those of a Helm chart, which others have too.
const ARTIFACT_FACTS: [&str; 12] = [
    "name",
    "version",
    "appVersion",
    "description",
    "type",
    "kubeVersion",
    "home",
    "icon",
    "sources",
    "keywords",
    "maintainers",
    "dependencies",
];

pub(super) async fn image(
    pages: &CatalogPages,
    name: &str,
    reference: &str,
) -> Result<ImagePage, PageError> {
    let name = views::repository_name(name)?;
    let reference = views::reference(reference)?;
    let found = Box::pin(pages.catalog.image(&pages.reader, &name, &reference)).await;
    let image = found.map_err(views::page_error)?;
    Ok(view(pages, image))
}

fn view(pages: &CatalogPages, image: Image) -> ImagePage {
    let now = pages.catalog.now_millis();
    let owner = person::owner(&image.owner);
    ImagePage {
        name: format!("{}/{}", owner.name, image.path),
        path: image.path,
        owner,
        registry_host: pages.registry.host.clone(),
        plain_http: pages.registry.plain_http,
        tag: image.tag,
        digest: image.digest.to_string(),
        media_type: image.media_type,
        artifact_type: image.artifact_type,
        kind: image.kind.as_str().to_owned(),
        manifest: String::from_utf8_lossy(&image.content).into_owned(),
        manifest_size: image.content.len(),
        annotations: image.annotations.into_iter().collect(),
        subject: image.subject.map(|digest| digest.to_string()),
        tags: image.tags,
        record: image.record_uri,
        hold: image.hold_did,
        content: content(image.body, now),
        referrers: image
            .referrers
            .into_iter()
            .map(|referrer| Referrer {
                digest: referrer.digest.to_string(),
                kind: referrer.kind.as_str().to_owned(),
                label: referrer.label,
                annotations: referrer.annotations.into_iter().collect(),
            })
            .collect(),
        is_stale: image.is_stale,
    }
}

fn content(body: ImageBody, now: i64) -> ImageContent {
    match body {
        ImageBody::Image(details) => ImageContent::Image(Box::new(container(*details, now))),
        ImageBody::Index(entries) => ImageContent::Index {
            entries: entries
                .into_iter()
                .map(|entry| IndexEntry {
                    digest: entry.digest.to_string(),
                    media_type: entry.media_type,
                    platform: entry.platform,
                    size: entry.size,
                    unpacked_size: entry.unpacked,
                    attestations: entry.attestations.iter().map(ToString::to_string).collect(),
                })
                .collect(),
        },
        ImageBody::Artifact(details) => ImageContent::Artifact(artifact(details)),
    }
}

fn container(details: ImageDetails, now: i64) -> ContainerImage {
    let total = details
        .layers
        .iter()
        .map(|layer| layer.size)
        .sum::<u64>()
        .max(1);
    ContainerImage {
        platform: details
            .config
            .as_ref()
            .and_then(|config| config.platform.clone()),
        built_at: details.built_at.map(|at| views::moment(at, now)),
        size: details.size,
        unpacked_size: details.unpacked,
        layers: details
            .layers
            .into_iter()
            .map(|layer| Layer {
                digest: layer.digest.to_string(),
                media_type: layer.media_type,
                permille: u64::try_from(u128::from(layer.size) * 1000 / u128::from(total))
                    .unwrap_or(0),
                size: layer.size,
                command: layer.command,
                shared_with: layer.shared_with,
                has_files: layer.has_files,
            })
            .collect(),
        steps: details
            .steps
            .into_iter()
            .map(|step| Step {
                command: step.command,
                at: step.at.map(|at| views::moment(at, now)),
                layer: step.layer,
            })
            .collect(),
        config: details.config.map(config),
    }
}

fn config(config: ImageConfig) -> Config {
    Config {
        entrypoint: config.entrypoint,
        command: config.command,
        working_dir: config.working_dir,
        user: config.user,
        ports: config.ports,
        volumes: config.volumes,
        stop_signal: config.stop_signal,
        author: config.author,
        environment: config
            .environment
            .into_iter()
            .map(|(name, value)| match value {
                ConfigValue::Shown(value) => (name, Some(value)),
                ConfigValue::Hidden => (name, None),
            })
            .collect(),
        labels: config.labels.into_iter().collect(),
    }
}

fn artifact(details: ArtifactDetails) -> Artifact {
    let facts = details.config.as_ref().map(facts).unwrap_or_default();
    Artifact {
        facts,
        config_media_type: details.config_media_type,
        blobs: details
            .blobs
            .into_iter()
            .map(|blob| Blob {
                title: blob.title,
                media_type: blob.media_type,
                digest: blob.digest.to_string(),
                size: blob.size,
            })
            .collect(),
    }
}

fn facts(config: &serde_json::Value) -> Vec<(String, String)> {
    ARTIFACT_FACTS
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), fact(config.get(name)?)?)))
        .collect()
}

/// A value in words: lists by their names.
fn fact(value: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(items) if !items.is_empty() => {
            let items: Vec<String> = items.iter().filter_map(fact).collect();
            Some(items.join(", "))
        }
        Value::Object(fields) => {
            let name = fields.get("name").and_then(fact)?;
            match fields.get("version").and_then(fact) {
                Some(version) => Some(format!("{name} {version}")),
                None => Some(name),
            }
        }
        Value::Null | Value::String(_) | Value::Array(_) => None,
    }
}
