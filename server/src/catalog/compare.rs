//! Two images side by side: layers, size, config, packages, files.

use std::collections::{BTreeMap, BTreeSet};

use oci::{Digest, Reference, RepositoryName};

use super::files::{ChosenImage, FileKind, MergedFiles, PackageList, StopReason};
use super::image_config::{ConfigValue, ImageConfig};
use super::{Catalog, CatalogError, Owner, Reader};

/// Files and packages named on each side; the counts are of all.
const MAX_LISTED: usize = 500;
/// Tags offered to choose from.
const MAX_TAGS: i64 = 20_000;

/// What to compare: tags or digests of one repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompareQuery {
    /// The earlier one.
    pub from: Option<Reference>,
    /// The later one.
    pub to: Option<Reference>,
    /// Of indexes, the images for this platform.
    pub platform: Option<String>,
}

/// A repository in which two images may be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparePage {
    /// Whose it is.
    pub owner: Owner,
    /// Tags to choose from, as people read them.
    pub tags: Vec<String>,
    /// The comparison, where both sides were chosen.
    pub comparison: Option<Comparison>,
}

/// How one image differs from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The earlier one.
    pub from: ChosenImage,
    /// The later one.
    pub to: ChosenImage,
    /// Bytes of the layers of each, compressed.
    pub sizes: (u64, u64),
    /// Layers by digest and size: those of both, of the earlier one alone, of the later one alone.
    pub layers: LayerDifference,
    /// Settings that differ.
    pub settings: Vec<SettingDifference>,
    /// Packages that differ, where both have a package database that can be read.
    pub packages: Option<Vec<PackageDifference>>,
    /// Files that differ.
    pub files: FileDifference,
    /// Layers that were not read to their end, so that files may be missing here.
    pub stopped: Vec<StopReason>,
}

/// Layers, each with its size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LayerDifference {
    /// In both.
    pub shared: Vec<(Digest, u64)>,
    /// In the earlier one alone.
    pub removed: Vec<(Digest, u64)>,
    /// In the later one alone.
    pub added: Vec<(Digest, u64)>,
}

/// Something that images are set to, in the order in which it is listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// Arguments, or what runs where there is no entry point.
    Command,
    /// What runs, before arguments.
    EntryPoint,
    /// The environment variable of this name.
    Environment(String),
    /// The label of this name.
    Label(String),
    /// Ports it listens on.
    Ports,
    /// How to end it.
    StopSignal,
    /// As whom it runs.
    User,
    /// Folders meant for volumes.
    Volumes,
    /// The folder in which it runs.
    WorkingFolder,
}

/// A setting that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingDifference {
    /// Which.
    pub setting: Setting,
    /// Before; `None`: not set.
    pub before: Option<ConfigValue>,
    /// After; `None`: not set.
    pub after: Option<ConfigValue>,
}

/// A package that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageDifference {
    /// Its name.
    pub name: String,
    /// Its version before, where it was there.
    pub before: Option<String>,
    /// Its version after, where it is there.
    pub after: Option<String>,
}

/// Files that differ: the first of each sort by path, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileDifference {
    /// In the later one alone, with their sizes.
    pub added: Vec<(String, u64)>,
    /// In the earlier one alone.
    pub removed: Vec<(String, u64)>,
    /// In both with other content or another kind, with both sizes.
    pub changed: Vec<(String, u64, u64)>,
    /// How many were added, removed and changed.
    pub counts: (usize, usize, usize),
}

impl Catalog {
    /// Compares two images of a repository.
    pub async fn compare(
        &self,
        reader: &Reader,
        name: &RepositoryName,
        query: &CompareQuery,
    ) -> Result<ComparePage, CatalogError> {
        let access = self.open(reader, name).await?;
        self.require_repository(&access).await?;
        let rows = self
            .inner
            .database
            .list_tag_rows(&access.repository.owner, access.repository.path(), MAX_TAGS)
            .await?;
        let mut tags: Vec<String> = rows
            .into_iter()
            .map(|row| row.tag.to_string())
            .filter(|tag| super::tags::attached_to(tag).is_none())
            .collect();
        tags.sort_by_cached_key(|tag| super::tag_order::TagPlace::of(tag));
        tags.truncate(MAX_LISTED);
        let comparison = match (&query.from, &query.to) {
            (Some(from), Some(to)) => {
                let platform = query.platform.as_deref();
                let from = self.choose_image(&access, from, platform).await?;
                // The same platform on both sides, where both have it.
                let platform = platform.or(from.platform.as_deref());
                let to = self.choose_image(&access, to, platform).await?;
                let before = self.merged_files(&access, &from).await?;
                let after = self.merged_files(&access, &to).await?;
                Some(compare(from, to, &before, &after))
            }
            _ => None,
        };
        Ok(ComparePage {
            owner: self.find_owner(name.owner()).await?,
            tags,
            comparison,
        })
    }
}

fn compare(
    from: ChosenImage,
    to: ChosenImage,
    before: &MergedFiles,
    after: &MergedFiles,
) -> Comparison {
    let size = |image: &ChosenImage| image.layers.iter().map(|layer| layer.size).sum();
    let stopped = before.stopped.iter().chain(&after.stopped);
    Comparison {
        sizes: (size(&from), size(&to)),
        layers: compare_layers(&from, &to),
        settings: compare_settings(from.config.as_ref(), to.config.as_ref()),
        packages: before
            .packages
            .as_ref()
            .zip(after.packages.as_ref())
            .map(|(before, after)| compare_packages(before, after)),
        files: compare_files(before, after),
        stopped: stopped.map(|(_, reason)| *reason).collect(),
        from,
        to,
    }
}

fn compare_layers(from: &ChosenImage, to: &ChosenImage) -> LayerDifference {
    let digests = |image: &ChosenImage| -> BTreeSet<Digest> {
        image
            .layers
            .iter()
            .map(|layer| layer.digest.clone())
            .collect()
    };
    let (old, new) = (digests(from), digests(to));
    let pick = |image: &ChosenImage, wanted: &dyn Fn(&Digest) -> bool| {
        image
            .layers
            .iter()
            .filter(|layer| wanted(&layer.digest))
            .map(|layer| (layer.digest.clone(), layer.size))
            .collect()
    };
    LayerDifference {
        shared: pick(to, &|digest| old.contains(digest)),
        removed: pick(from, &|digest| !new.contains(digest)),
        added: pick(to, &|digest| !old.contains(digest)),
    }
}

/// Everything that an image is set to.
fn settings(config: &ImageConfig) -> BTreeMap<Setting, ConfigValue> {
    let mut settings = BTreeMap::new();
    let lists = [
        (Setting::EntryPoint, &config.entrypoint),
        (Setting::Command, &config.command),
        (Setting::Ports, &config.ports),
        (Setting::Volumes, &config.volumes),
    ];
    for (setting, parts) in lists {
        if !parts.is_empty() {
            settings.insert(setting, ConfigValue::Shown(parts.join(" ")));
        }
    }
    let texts = [
        (Setting::WorkingFolder, &config.working_dir),
        (Setting::User, &config.user),
        (Setting::StopSignal, &config.stop_signal),
    ];
    for (setting, text) in texts {
        if let Some(text) = text {
            settings.insert(setting, ConfigValue::Shown(text.clone()));
        }
    }
    for (name, value) in &config.environment {
        settings.insert(Setting::Environment(name.clone()), value.clone());
    }
    for (name, value) in &config.labels {
        let value = ConfigValue::Shown(value.clone());
        settings.insert(Setting::Label(name.clone()), value);
    }
    settings
}

fn compare_settings(
    before: Option<&ImageConfig>,
    after: Option<&ImageConfig>,
) -> Vec<SettingDifference> {
    let (Some(before), Some(after)) = (before.map(settings), after.map(settings)) else {
        return Vec::new();
    };
    differences(&before, &after)
        .into_iter()
        .map(|(setting, before, after)| SettingDifference {
            setting,
            before,
            after,
        })
        .collect()
}

fn compare_packages(before: &PackageList, after: &PackageList) -> Vec<PackageDifference> {
    differences(&before.packages, &after.packages)
        .into_iter()
        .map(|(name, before, after)| PackageDifference {
            name,
            before,
            after,
        })
        .collect()
}

/// What differs between two maps: name, before, after.
fn differences<Name: Clone + Ord, Value: Clone + PartialEq>(
    before: &BTreeMap<Name, Value>,
    after: &BTreeMap<Name, Value>,
) -> Vec<(Name, Option<Value>, Option<Value>)> {
    let names: BTreeSet<&Name> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter(|name| before.get(name) != after.get(name))
        .map(|name| {
            (
                name.clone(),
                before.get(name).cloned(),
                after.get(name).cloned(),
            )
        })
        .collect()
}

fn compare_files(before: &MergedFiles, after: &MergedFiles) -> FileDifference {
    let mut difference = FileDifference::default();
    let is_listed = |kind| kind != FileKind::Folder;
    for (path, file) in &after.files {
        if !is_listed(file.entry.kind) {
            continue;
        }
        match before
            .files
            .get(path)
            .filter(|old| is_listed(old.entry.kind))
        {
            None => {
                difference.counts.0 += 1;
                keep(&mut difference.added, (path.clone(), file.entry.size));
            }
            Some(old) if old.entry != file.entry => {
                difference.counts.2 += 1;
                let sizes = (path.clone(), old.entry.size, file.entry.size);
                keep(&mut difference.changed, sizes);
            }
            Some(_) => {}
        }
    }
    for (path, file) in &before.files {
        let is_there = after
            .files
            .get(path)
            .is_some_and(|new| is_listed(new.entry.kind));
        if is_listed(file.entry.kind) && !is_there {
            difference.counts.1 += 1;
            keep(&mut difference.removed, (path.clone(), file.entry.size));
        }
    }
    difference
}

fn keep<T>(list: &mut Vec<T>, item: T) {
    if list.len() < MAX_LISTED {
        list.push(item);
    }
}
