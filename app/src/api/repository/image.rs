//! What the page of one manifest shows.

use serde::Serialize;

use crate::api::moment::Moment;
use crate::api::person::Owner;

/// A manifest with everything that it names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImagePage {
    /// `<owner>/<path>`, as in image names.
    pub name: String,
    /// The name below the owner's.
    pub path: String,
    /// Whose repository.
    pub owner: Owner,
    /// Host and port of this registry, as in image names.
    pub registry_host: String,
    /// Clients must be told that this server speaks plain HTTP.
    #[serde(skip)]
    pub plain_http: bool,
    /// The tag it was asked for by.
    pub tag: Option<String>,
    /// Its digest.
    pub digest: String,
    /// Its media type.
    pub media_type: String,
    /// The artifact type, where it says one.
    pub artifact_type: Option<String>,
    /// `image`, `index`, `helm`, `wasm`, `sbom`, `signature`, `attestation` or `artifact`.
    pub kind: String,
    /// Its bytes as text.
    pub manifest: String,
    /// Bytes of the manifest itself.
    pub manifest_size: usize,
    /// What it says of itself.
    pub annotations: Vec<(String, String)>,
    /// The manifest that it speaks about.
    pub subject: Option<String>,
    /// Tags that point to it.
    pub tags: Vec<String>,
    /// Where its record lies.
    pub record: Option<String>,
    /// The DID of the hold that has its blobs.
    pub hold: Option<String>,
    /// What it names.
    pub content: ImageContent,
    /// What speaks about it.
    pub referrers: Vec<Referrer>,
    /// The owner's server could not be asked whether the tag still points here.
    pub is_stale: bool,
}

/// What a manifest names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum ImageContent {
    /// A container image.
    Image(Box<ContainerImage>),
    /// A list of images.
    Index {
        /// Its images.
        entries: Vec<IndexEntry>,
    },
    /// Anything else.
    Artifact(Artifact),
}

/// A container image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerImage {
    /// What it runs on.
    pub platform: Option<String>,
    /// When it says that it was built.
    pub built_at: Option<Moment>,
    /// Bytes of config and layers.
    pub size: u64,
    /// Bytes of the layers when decompressed, where they were looked into.
    pub unpacked_size: Option<u64>,
    /// Its layers, lowest first.
    pub layers: Vec<Layer>,
    /// How it was built, first step first.
    pub steps: Vec<Step>,
    /// What it runs and with what; `None` where the config cannot be read.
    pub config: Option<Config>,
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Layer {
    /// Its digest.
    pub digest: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes, compressed.
    pub size: u64,
    /// Its share of the image, in tenths of a percent.
    pub permille: u64,
    /// What made it.
    pub command: Option<String>,
    /// Other tags that have it too.
    pub shared_with: Vec<String>,
    /// Its files can be listed.
    pub has_files: bool,
}

/// A step of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What was run.
    pub command: String,
    /// When.
    pub at: Option<Moment>,
    /// The layer it made, counted from 0.
    pub layer: Option<usize>,
}

/// What an image runs and with what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Config {
    /// What runs, before arguments.
    pub entrypoint: Vec<String>,
    /// Arguments, or what runs where there is no entry point.
    pub command: Vec<String>,
    /// The folder in which it runs.
    pub working_dir: Option<String>,
    /// As whom it runs.
    pub user: Option<String>,
    /// Ports it listens on.
    pub ports: Vec<String>,
    /// Folders meant for volumes.
    pub volumes: Vec<String>,
    /// How to end it.
    pub stop_signal: Option<String>,
    /// Who made it.
    pub author: Option<String>,
    /// Names and values; a value that looks like a secret is left out.
    pub environment: Vec<(String, Option<String>)>,
    /// Labels by name.
    pub labels: Vec<(String, String)>,
}

/// An image in an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexEntry {
    /// Its digest.
    pub digest: String,
    /// Its media type.
    pub media_type: String,
    /// What it runs on.
    pub platform: Option<String>,
    /// Bytes of its blobs, where known.
    pub size: Option<u64>,
    /// Bytes of its layers when decompressed, where they were looked into.
    pub unpacked_size: Option<u64>,
    /// Statements about it in the same index, by digest.
    pub attestations: Vec<String>,
}

/// An artifact that is no container image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    /// What its config says at the top, as text: a Helm chart's version and the like.
    pub facts: Vec<(String, String)>,
    /// The media type of its config.
    pub config_media_type: Option<String>,
    /// Its blobs.
    pub blobs: Vec<Blob>,
}

/// A blob of an artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Blob {
    /// The name of the file, where it says one.
    pub title: Option<String>,
    /// Its media type.
    pub media_type: String,
    /// Its digest.
    pub digest: String,
    /// Its size in bytes.
    pub size: u64,
}

/// A manifest that speaks about this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Referrer {
    /// Its digest.
    pub digest: String,
    /// `signature`, `sbom`, `attestation` or `artifact`.
    pub kind: String,
    /// Its artifact type, or the tag that attaches it.
    pub label: String,
    /// What it says of itself.
    pub annotations: Vec<(String, String)>,
}
