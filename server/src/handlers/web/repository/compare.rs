//! Two images of a repository side by side.

use app::api::error::PageError;
use app::api::repository::compare::{
    ChangedFile, ComparePage, CompareQuery, Comparison, Difference, Setting, SettingDifference,
    SettingValue, Side,
};

use crate::catalog::{self, ChosenImage, ConfigValue};
use crate::handlers::web::sources::CatalogPages;
use crate::handlers::web::{person, views};

pub(super) async fn compare(
    pages: &CatalogPages,
    name: &str,
    query: &CompareQuery,
) -> Result<ComparePage, PageError> {
    let name = views::repository_name(name)?;
    let chosen = |text: &str| match text {
        "" => Ok(None),
        text => views::reference(text).map(Some),
    };
    let asked = catalog::CompareQuery {
        from: chosen(&query.from)?,
        to: chosen(&query.to)?,
        platform: query.platform.clone(),
    };
    let found = pages.catalog.compare(&pages.reader, &name, &asked).await;
    let page = found.map_err(views::page_error)?;
    let owner = person::owner(&page.owner);
    Ok(ComparePage {
        name: format!("{}/{}", owner.name, name.path()),
        path: name.path().to_string(),
        owner,
        tags: page.tags,
        comparison: page.comparison.map(|comparison| view(comparison, query)),
    })
}

fn view(comparison: catalog::Comparison, query: &CompareQuery) -> Comparison {
    let (before, after) = comparison.sizes;
    let layers = comparison.layers;
    let named = |layers: Vec<(oci::Digest, u64)>| {
        layers
            .into_iter()
            .map(|(digest, size)| (digest.to_string(), size))
            .collect()
    };
    let shared_bytes = layers.shared.iter().map(|(_, size)| size).sum();
    // Of both, those that both can be shown for.
    let platforms = comparison
        .to
        .choices
        .iter()
        .map(|(platform, _)| platform.clone())
        .filter(|platform| {
            comparison
                .from
                .choices
                .iter()
                .any(|(other, _)| other == platform)
        })
        .collect();
    Comparison {
        from: side(&comparison.from, &query.from, before),
        to: side(&comparison.to, &query.to, after),
        platforms,
        shared_layers: (layers.shared.len(), shared_bytes),
        removed_layers: named(layers.removed),
        added_layers: named(layers.added),
        settings: comparison.settings.into_iter().map(setting).collect(),
        packages: comparison.packages.map(|packages| {
            packages
                .into_iter()
                .map(|package| Difference {
                    name: package.name,
                    before: package.before,
                    after: package.after,
                })
                .collect()
        }),
        file_counts: comparison.files.counts,
        files: files(comparison.files),
        is_partial: !comparison.stopped.is_empty(),
    }
}

fn setting(difference: catalog::SettingDifference) -> SettingDifference {
    let value = |value| match value {
        ConfigValue::Shown(value) => SettingValue::Shown(value),
        ConfigValue::Hidden => SettingValue::Hidden,
    };
    SettingDifference {
        name: match difference.setting {
            catalog::Setting::Command => Setting::Command,
            catalog::Setting::EntryPoint => Setting::EntryPoint,
            catalog::Setting::Environment(name) => Setting::Environment(name),
            catalog::Setting::Label(name) => Setting::Label(name),
            catalog::Setting::Ports => Setting::Ports,
            catalog::Setting::StopSignal => Setting::StopSignal,
            catalog::Setting::User => Setting::User,
            catalog::Setting::Volumes => Setting::Volumes,
            catalog::Setting::WorkingFolder => Setting::WorkingFolder,
        },
        before: difference.before.map(value),
        after: difference.after.map(value),
    }
}

fn side(image: &ChosenImage, reference: &str, size: u64) -> Side {
    Side {
        reference: reference.to_owned(),
        digest: image.digest.to_string(),
        platform: image.platform.clone(),
        size,
        layer_count: image.layers.len(),
    }
}

fn files(difference: catalog::FileDifference) -> Vec<ChangedFile> {
    let added = difference
        .added
        .into_iter()
        .map(|(path, size)| ChangedFile {
            path,
            before: None,
            after: Some(size),
        });
    let removed = difference
        .removed
        .into_iter()
        .map(|(path, size)| ChangedFile {
            path,
            before: Some(size),
            after: None,
        });
    let changed = difference
        .changed
        .into_iter()
        .map(|(path, before, after)| ChangedFile {
            path,
            before: Some(before),
            after: Some(after),
        });
    let mut files: Vec<ChangedFile> = added.chain(removed).chain(changed).collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}
