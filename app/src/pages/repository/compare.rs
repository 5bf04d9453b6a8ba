//! Two images of a repository side by side.

use leptos::prelude::*;

use crate::api::repository::compare::{
    ChangedFile, ComparePage, CompareQuery, Comparison, Difference, Side,
};
use crate::components::layout::page::Page;
use crate::components::repository_header::{RepositoryHeader, RepositoryTab};
use crate::components::values::{ShortDigest, Size};
use crate::{routes, text};

pub(super) fn draw(page: ComparePage, query: CompareQuery) -> impl IntoView {
    let address = routes::compare(&page.name);
    let title = match &page.comparison {
        Some(comparison) => format!(
            "{}: {} and {}",
            page.name, comparison.from.reference, comparison.to.reference
        ),
        None => format!("Compare tags of {}", page.name),
    };
    let json = routes::with_query(
        &routes::json(&address),
        &[("from", &query.from), ("to", &query.to)],
    );
    let name = page.name.clone();
    let comparison = match page.comparison {
        Some(comparison) => view! { <ComparisonView name comparison address=address.clone() /> }.into_any(),
        None => view! {
            <section class="empty">
                <h2>"Choose two tags"</h2>
                <p>"You will see what differs between them: layers, size, settings, packages and files."</p>
            </section>
        }
        .into_any(),
    };
    view! {
        <Page title description=format!("What differs between images of {}.", page.name) json>
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
            {choice("from", "From", &query.from, 1)}
            {choice("to", "To", &query.to, 0)}
            <button class="button" type="submit">
                "Compare"
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
        view! { <nav aria-label="Platforms"><ul class="choices">{choices}</ul></nav> }
    });
    let partial = comparison.is_partial.then(|| {
        view! {
            <p class="notice">"Some layers could not be read to their end, so files and packages may be missing here."</p>
        }
    });
    view! {
        {platforms}
        <Sides name=name.clone() comparison=comparison.clone() />
        {partial}
        <Differences
            id="settings"
            title="Settings"
            none="Both run the same way: entry point, command, environment and labels are equal."
            differences=comparison.settings.clone()
        />
        <Packages packages=comparison.packages.clone() />
        <Layers name=name.clone() comparison=comparison.clone() />
        <Files comparison />
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
                    <Size bytes=side.size /> " in " {text::counted(side.layer_count as u64, "layer", "layers")}
                </p>
            </li>
        }
    };
    let (before, after) = (comparison.from.size, comparison.to.size);
    let delta = match after.cmp(&before) {
        std::cmp::Ordering::Equal => "The same size".to_owned(),
        std::cmp::Ordering::Greater => format!("{} larger", text::bytes(after - before)),
        std::cmp::Ordering::Less => format!("{} smaller", text::bytes(before - after)),
    };
    let (added, removed, changed) = comparison.file_counts;
    view! {
        <section aria-label="Summary">
            <ul class="sides">
                {card("From", &comparison.from)}
                {card("To", &comparison.to)}
                <li class="side side-sum">
                    <p class="eyebrow">"Difference"</p>
                    <p class="delta">{delta}</p>
                    <p class="note">
                        {format!("{} added, {} removed, {} changed", text::counted(added as u64, "file", "files"), text::grouped(removed as u64), text::grouped(changed as u64))}
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
            None => view! { <td class="absent">"–"<span class="sr-only">" not there"</span></td> }
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
                        <th scope="col">"Name"</th>
                        <th scope="col">"Before"</th>
                        <th scope="col">"After"</th>
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
            <Differences id="packages" title="Packages" none="Both have the same packages." differences />
        }
        .into_any(),
        None => view! {
            <section class="compare-section" aria-labelledby="packages">
                <h2 id="packages">"Packages"</h2>
                <p class="note">
                    "At least one of them has no package database that can be read here: those of dpkg and apk are, and
                    the lists of rpm-based images without a shell."
                </p>
            </section>
        }
        .into_any(),
    }
}

#[component]
fn Layers(name: String, comparison: Comparison) -> impl IntoView {
    let list = |layers: &[(String, u64)], change: &'static str| {
        layers
            .iter()
            .map(|(digest, bytes)| {
                view! {
                    <li>
                        <span class=format!("change change-{change}")>{change}</span>
                        <ShortDigest digest=digest.clone() />
                        <Size bytes=*bytes />
                    </li>
                }
            })
            .collect_view()
    };
    let (count, bytes) = comparison.shared_layers;
    let _ = name;
    view! {
        <section class="compare-section" aria-labelledby="compare-layers">
            <h2 id="compare-layers">"Layers"</h2>
            <p class="note">
                {text::counted(count as u64, "layer", "layers")} " in both, " <Size bytes=bytes />
                ". Whoever has the earlier image pulls only what was added."
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
        let words = format!(
            "The first {} of {}.",
            comparison.files.len(),
            text::grouped(total as u64)
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
                        <td><span class=format!("change change-{change}")>{change}</span></td>
                        <td class="number">{size(before)}</td>
                        <td class="number">{size(after)}</td>
                    </tr>
                }
            },
        )
        .collect_view();
    let table = if total == 0 {
        view! { <p class="note">"Both have the same files."</p> }.into_any()
    } else {
        view! {
            {more}
            <table class="file-table">
                <caption class="sr-only">"Files that differ"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Path"</th>
                        <th scope="col">"What happened"</th>
                        <th scope="col" class="number">"Before"</th>
                        <th scope="col" class="number">"After"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="compare-section" aria-labelledby="compare-files">
            <h2 id="compare-files">"Files"</h2>
            {table}
        </section>
    }
}
