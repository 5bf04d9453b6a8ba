//! Two images of a repository side by side.

use leptos::prelude::*;

use crate::api::repository::compare::{
    ChangedFile, ComparePage, CompareQuery, Comparison, Difference, Setting, SettingDifference,
    SettingValue, Side,
};
use crate::components::layout::page::Page;
use crate::components::repository_header::{RepositoryHeader, RepositoryTab};
use crate::components::values::{Change, ShortDigest, Size};
use crate::{routes, t, t_view, text};

pub(super) fn draw(page: ComparePage, query: CompareQuery) -> impl IntoView {
    let address = routes::compare(&page.name);
    let title = match &page.comparison {
        Some(comparison) => t!(
            "compare-title",
            name = page.name.clone(),
            from = comparison.from.reference.clone(),
            to = comparison.to.reference.clone()
        ),
        None => t!("compare-title-none", name = page.name.clone()),
    };
    let json = routes::with_query(
        &routes::json(&address),
        &[("from", &query.from), ("to", &query.to)],
    );
    let name = page.name.clone();
    let comparison = match page.comparison {
        Some(comparison) => {
            view! { <ComparisonView name comparison address=address.clone() /> }.into_any()
        }
        None => view! {
            <section class="empty">
                <h2>{t!("compare-none-title")}</h2>
                <p>{t!("compare-none")}</p>
            </section>
        }
        .into_any(),
    };
    view! {
        <Page title description=t!("compare-description", name = page.name.clone()) json>
            <RepositoryHeader
                owner=page.owner.clone()
                name=page.name.clone()
                path=page.path.clone()
                tab=RepositoryTab::Compare
            />
            <div class="frame page-body">
                <ChoiceForm address query tags=page.tags />
                {comparison}
            </div>
        </Page>
    }
}

#[component]
fn ChoiceForm(address: String, query: CompareQuery, tags: Vec<String>) -> impl IntoView {
    let choice = |id: &'static str, label: &'static str, chosen: &str, fallback: usize| {
        let chosen = if chosen.is_empty() {
            tags.get(fallback)
                .or(tags.first())
                .cloned()
                .unwrap_or_default()
        } else {
            chosen.to_owned()
        };
        // A digest from the address stays a choice.
        let known = tags.contains(&chosen);
        let options = tags
            .iter()
            .map(|tag| view! { <option value=tag.clone() selected=*tag == chosen>{tag.clone()}</option> })
            .collect_view();
        let other = (!known && !chosen.is_empty()).then(|| {
            view! { <option value=chosen.clone() selected=true>{text::visible(&chosen)}</option> }
        });
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <select id=id name=id>{other} {options}</select>
            </div>
        }
    };
    view! {
        <form class="filter-form" method="get" action=address>
            {choice("from", t!("compare-from"), &query.from, 1)}
            {choice("to", t!("compare-to"), &query.to, 0)}
            <button class="button" type="submit">
                {t!("compare-start")}
            </button>
        </form>
    }
}

#[component]
fn ComparisonView(name: String, comparison: Comparison, address: String) -> impl IntoView {
    let platforms = (comparison.platforms.len() > 1).then(|| {
        let choices = comparison
            .platforms
            .iter()
            .map(|platform| {
                let current = (comparison.to.platform.as_ref() == Some(platform)).then_some("true");
                let href = routes::with_query(
                    &address,
                    &[
                        ("from", &comparison.from.reference),
                        ("to", &comparison.to.reference),
                        ("platform", platform),
                    ],
                );
                view! { <li><a class="choice" href=href aria-current=current>{text::visible(platform)}</a></li> }
            })
            .collect_view();
        view! { <nav aria-label=t!("platforms")><ul class="choices">{choices}</ul></nav> }
    });
    let partial = comparison.is_partial.then(|| {
        view! {
            <p class="notice">{t!("compare-partial")}</p>
        }
    });
    view! {
        {platforms}
        <Sides name comparison=comparison.clone() />
        {partial}
        <Differences
            id="settings"
            title=t!("compare-settings")
            none=t!("compare-settings-same")
            differences=comparison.settings.iter().cloned().map(in_words).collect()
        />
        <Packages packages=comparison.packages.clone() />
        <Layers comparison=comparison.clone() />
        <Files comparison />
    }
}

/// A setting as it is called on the page of an image.
fn in_words(difference: SettingDifference) -> Difference {
    let value = |value| match value {
        SettingValue::Shown(value) => value,
        SettingValue::Hidden => t!("image-secret").to_owned(),
    };
    let name = match difference.name {
        Setting::Environment(name) => t!("compare-environment", name = name),
        Setting::Label(name) => t!("compare-label", name = name),
        Setting::Command => t!("image-command").to_owned(),
        Setting::EntryPoint => t!("image-entry-point").to_owned(),
        Setting::Ports => t!("image-ports").to_owned(),
        Setting::StopSignal => t!("image-stop-signal").to_owned(),
        Setting::User => t!("image-user").to_owned(),
        Setting::Volumes => t!("image-volumes").to_owned(),
        Setting::WorkingFolder => t!("image-working-folder").to_owned(),
    };
    Difference {
        name,
        before: difference.before.map(value),
        after: difference.after.map(value),
    }
}

#[component]
fn Sides(name: String, comparison: Comparison) -> impl IntoView {
    let card = |label: &'static str, side: &Side| {
        view! {
            <li class="side">
                <p class="eyebrow">{label}</p>
                <h2><a href=routes::image(&name, &side.reference)>{text::short_digest(&side.reference)}</a></h2>
                <p class="note">
                    <ShortDigest digest=side.digest.clone() />
                    {side.platform.as_deref().map(|platform| format!(" · {}", text::visible(platform)))}
                </p>
                <p>
                    {t_view!("compare-side", size = view! { <Size bytes=side.size /> }; count = side.layer_count)}
                </p>
            </li>
        }
    };
    let (before, after) = (comparison.from.size, comparison.to.size);
    let delta = match after.cmp(&before) {
        std::cmp::Ordering::Equal => t!("compare-same-size").to_owned(),
        std::cmp::Ordering::Greater => t!("compare-larger", size = text::bytes(after - before)),
        std::cmp::Ordering::Less => t!("compare-smaller", size = text::bytes(before - after)),
    };
    let (added, removed, changed) = comparison.file_counts;
    view! {
        <section aria-label=t!("compare-summary")>
            <ul class="sides">
                {card(t!("compare-from"), &comparison.from)}
                {card(t!("compare-to"), &comparison.to)}
                <li class="side side-sum">
                    <p class="eyebrow">{t!("compare-difference")}</p>
                    <p class="delta">{delta}</p>
                    <p class="note">
                        {t!("compare-file-counts", added = added, removed = removed, changed = changed)}
                    </p>
                </li>
            </ul>
        </section>
    }
}

#[component]
fn Differences(
    id: &'static str,
    title: &'static str,
    none: &'static str,
    differences: Vec<Difference>,
) -> impl IntoView {
    let body = if differences.is_empty() {
        view! { <p class="note">{none}</p> }.into_any()
    } else {
        let cell = |value: Option<String>, class: &'static str| match value {
            Some(value) => view! { <td class=class>{text::visible(&value)}</td> }.into_any(),
            None => view! {
                <td class="absent">
                    "–" <span class="sr-only">" " {t!("compare-absent")}</span>
                </td>
            }
            .into_any(),
        };
        let rows = differences
            .into_iter()
            .map(|difference| {
                view! {
                    <tr>
                        <th scope="row">{text::visible(&difference.name)}</th>
                        {cell(difference.before, "before")}
                        {cell(difference.after, "after")}
                    </tr>
                }
            })
            .collect_view();
        view! {
            <table class="difference-table">
                <caption class="sr-only">{title}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t!("compare-name")}</th>
                        <th scope="col">{t!("compare-before")}</th>
                        <th scope="col">{t!("compare-after")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="compare-section" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {body}
        </section>
    }
}

#[component]
fn Packages(packages: Option<Vec<Difference>>) -> impl IntoView {
    match packages {
        Some(differences) => view! {
            <Differences id="packages" title=t!("compare-packages") none=t!("compare-packages-same") differences />
        }
        .into_any(),
        None => view! {
            <section class="compare-section" aria-labelledby="packages">
                <h2 id="packages">{t!("compare-packages")}</h2>
                <p class="note">{t!("compare-packages-unknown")}</p>
            </section>
        }
        .into_any(),
    }
}

#[component]
fn Layers(comparison: Comparison) -> impl IntoView {
    let list = |layers: &[(String, u64)], change: &'static str| {
        layers
            .iter()
            .map(|(digest, bytes)| {
                view! {
                    <li>
                        <Change change />
                        <ShortDigest digest=digest.clone() />
                        <Size bytes=*bytes />
                    </li>
                }
            })
            .collect_view()
    };
    let (count, bytes) = comparison.shared_layers;
    view! {
        <section class="compare-section" aria-labelledby="compare-layers">
            <h2 id="compare-layers">{t!("compare-layers")}</h2>
            <p class="note">
                {t_view!("compare-layers-shared", size = view! { <Size bytes /> }; count = count)} " "
                {t!("compare-layers-pull")}
            </p>
            <ul class="change-list">
                {list(&comparison.removed_layers, "deleted")}
                {list(&comparison.added_layers, "added")}
            </ul>
        </section>
    }
}

#[component]
fn Files(comparison: Comparison) -> impl IntoView {
    let (added, removed, changed) = comparison.file_counts;
    let total = added + removed + changed;
    let more = (total > comparison.files.len()).then(|| {
        let words = t!(
            "compare-files-more",
            shown = comparison.files.len().to_string(),
            count = total
        );
        view! { <p class="note">{words}</p> }
    });
    let rows = comparison
        .files
        .into_iter()
        .map(
            |ChangedFile {
                 path,
                 before,
                 after,
             }| {
                let change = match (before, after) {
                    (None, _) => "added",
                    (_, None) => "deleted",
                    _ => "changed",
                };
                let size = |bytes: Option<u64>| bytes.map(|bytes| view! { <Size bytes /> });
                view! {
                    <tr>
                        <th scope="row">{text::visible(&path)}</th>
                        <td><Change change /></td>
                        <td class="number">{size(before)}</td>
                        <td class="number">{size(after)}</td>
                    </tr>
                }
            },
        )
        .collect_view();
    let table = if total == 0 {
        view! { <p class="note">{t!("compare-files-same")}</p> }.into_any()
    } else {
        view! {
            {more}
            <table class="file-table">
                <caption class="sr-only">{t!("compare-files-caption")}</caption>
                <thead>
                    <tr>
                        <th scope="col">{t!("compare-path")}</th>
                        <th scope="col">{t!("compare-change")}</th>
                        <th scope="col" class="number">{t!("compare-before")}</th>
                        <th scope="col" class="number">{t!("compare-after")}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="compare-section" aria-labelledby="compare-files">
            <h2 id="compare-files">{t!("compare-files")}</h2>
            {table}
        </section>
    }
}
