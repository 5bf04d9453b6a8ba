//! What two images side by side show.

use serde::{Serialize, Serializer};

use crate::api::person::Owner;

/// What to compare, as the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompareQuery {
    /// Tag or digest of the earlier one.
    pub from: String,
    /// Tag or digest of the later one.
    pub to: String,
    /// Of indexes, the images for this platform.
    pub platform: Option<String>,
}

/// A repository in which two images may be compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComparePage {
    /// `<owner>/<path>`, as in image names.
    pub name: String,
    /// The name below the owner's.
    pub path: String,
    /// Whose repository.
    pub owner: Owner,
    /// Tags to choose from.
    pub tags: Vec<String>,
    /// The comparison, where both sides were chosen.
    pub comparison: Option<Comparison>,
}

/// How the later image differs from the earlier one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The earlier one.
    pub from: Side,
    /// The later one.
    pub to: Side,
    /// Platforms that can be compared.
    pub platforms: Vec<String>,
    /// Layers of both: how many, and their bytes.
    pub shared_layers: (usize, u64),
    /// Layers of the earlier one alone, with their bytes.
    pub removed_layers: Vec<(String, u64)>,
    /// Layers of the later one alone, with their bytes.
    pub added_layers: Vec<(String, u64)>,
    /// Settings that differ.
    pub settings: Vec<SettingDifference>,
    /// Packages that differ; `None` where a package database is missing or cannot be read.
    pub packages: Option<Vec<Difference>>,
    /// Files that differ, the first of them by path.
    pub files: Vec<ChangedFile>,
    /// How many files were added, removed and changed.
    pub file_counts: (usize, usize, usize),
    /// Some layers were not read to their end, so files may be missing here.
    pub is_partial: bool,
}

/// One of the two images.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Side {
    /// The tag or digest that was asked for.
    pub reference: String,
    /// Its manifest.
    pub digest: String,
    /// What it runs on.
    pub platform: Option<String>,
    /// Bytes of its layers, compressed.
    pub size: u64,
    /// How many layers it has.
    pub layer_count: usize,
}

/// A setting that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SettingDifference {
    /// Which.
    pub name: Setting,
    /// Before, where it was set.
    pub before: Option<SettingValue>,
    /// After, where it is set.
    pub after: Option<SettingValue>,
}

/// Something that images are set to. For programs it has one name, whatever pages call it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Setting {
    /// Arguments, or what runs where there is no entry point.
    Command,
    /// What runs, before arguments.
    #[serde(rename = "Entry point")]
    EntryPoint,
    /// Ports it listens on.
    Ports,
    /// How to end it.
    #[serde(rename = "Stop signal")]
    StopSignal,
    /// As whom it runs.
    User,
    /// Folders meant for volumes.
    Volumes,
    /// The folder in which it runs.
    #[serde(rename = "Working folder")]
    WorkingFolder,
    /// The environment variable of this name.
    #[serde(untagged, serialize_with = "environment")]
    Environment(String),
    /// The label of this name.
    #[serde(untagged, serialize_with = "label")]
    Label(String),
}

/// What something is set to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum SettingValue {
    /// It looks like a secret, so it is not shown.
    #[serde(rename = "hidden: looks like a secret")]
    Hidden,
    /// This.
    #[serde(untagged)]
    Shown(String),
}

fn environment<S: Serializer>(name: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("Environment {name}"))
}

fn label<S: Serializer>(name: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("Label {name}"))
}

/// Something with a name that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// What it is called.
    pub name: String,
    /// Before, where it was there.
    pub before: Option<String>,
    /// After, where it is there.
    pub after: Option<String>,
}

/// A file that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedFile {
    /// Its path.
    pub path: String,
    /// Bytes before, where it was there.
    pub before: Option<u64>,
    /// Bytes after, where it is there.
    pub after: Option<u64>,
}
