//! What takes up a hold, `/hold/<did>/usage`.

use std::cmp::Reverse;
use std::sync::Arc;

use leptos::prelude::*;

use super::upkeep::said;
use super::{HoldFrame, PersonLink, for_those, hold_in_address, query};
use crate::api::hold::upkeep::UpkeepPage;
use crate::api::hold::usage::{
    ChosenRepository, HoldUsage, PersonRow, RemovalView, RepositoryRow, Sample, UsageQuery,
    UsageSource,
};
use crate::components::growth::Growth;
use crate::components::loaded::loaded;
use crate::components::treemap::{Part, Treemap};
use crate::components::usage_bar::UsageBar;
use crate::components::values::{Size, When};
use crate::{routes, t, t_view, text};

/// Repositories that get an area of their own.
const DRAWN: usize = 24;
/// Rows of a table before the rest is folded away.
const SHOWN: usize = 12;

/// The page.
#[component]
pub(crate) fn UsagePage() -> impl IntoView {
    let did = hold_in_address();
    let asked = UsageQuery {
        repository: query("repository"),
        tags: queries("tag"),
    };
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn UsageSource>>();
    source.map(|source| {
        loaded(async move { source.usage(&did, asked).await }, |page| {
            for_those(page, draw)
        })
    })
}

/// Every value of a name in what follows the question mark.
fn queries(name: &str) -> Vec<String> {
    leptos_router::hooks::use_query_map()
        .with_untracked(|map| map.get_all(name))
        .unwrap_or_default()
}

fn draw(page: UpkeepPage<HoldUsage>) -> impl IntoView {
    let UpkeepPage { head, said: answer } = page;
    let did = head.did.clone();
    view! {
        <HoldFrame head section="usage" title=t!("usage-title")>
            <h1 class="sr-only">{t!("usage-title")}</h1>
            {said(answer, move |usage| view! { <Usage did usage /> })}
        </HoldFrame>
    }
}

#[component]
fn Usage(did: String, usage: HoldUsage) -> impl IntoView {
    if usage.stored_blobs == 0 && usage.people.is_empty() {
        return view! {
            <div class="empty">
                <h2 class="minor">{t!("usage-none")}</h2>
                <p>{t!("usage-none-means")}</p>
                <p>
                    <a class="button" href=routes::hold_page(&did, "crew")>
                        {t!("usage-none-invite")}
                    </a>
                </p>
            </div>
        }
        .into_any();
    }
    let chosen = usage
        .chosen
        .clone()
        .map(|chosen| view! { <Chosen did=did.clone() chosen /> });
    view! {
        <Totals usage=usage.clone() did=did.clone() />
        {chosen}
        <section aria-labelledby="repositories">
            <h2 id="repositories">{t!("usage-by-repository")}</h2>
            <Map usage=usage.clone() />
            <Repositories did repositories=usage.repositories />
        </section>
        <section aria-labelledby="people">
            <h2 id="people">{t!("usage-by-person")}</h2>
            <People people=usage.people />
        </section>
        <section aria-labelledby="growth">
            <h2 id="growth">{t!("usage-over-time")}</h2>
            <OverTime samples=usage.samples />
        </section>
    }
    .into_any()
}

#[component]
fn Totals(usage: HoldUsage, did: String) -> impl IntoView {
    let unused = usage.stored.saturating_sub(usage.used);
    let waiting = (unused > 0).then(|| {
        view! {
            <p class="note">
                <a href=routes::hold_page(&did, "space")>{t!("usage-unused-free")}</a>
            </p>
        }
    });
    view! {
        <ul class="figures">
            <li class="figure">
                <p class="figure-value"><Size bytes=usage.stored /></p>
                <p class="figure-words">{t!("usage-stored", count = usage.stored_blobs)}</p>
            </li>
            <li class="figure">
                <p class="figure-value"><Size bytes=usage.used /></p>
                <p class="figure-words">{t!("usage-used")}</p>
            </li>
            <li class="figure">
                <p class="figure-value"><Size bytes=unused /></p>
                <p class="figure-words">{t!("usage-unused")}</p>
                {waiting}
            </li>
        </ul>
    }
}

#[component]
fn Map(usage: HoldUsage) -> impl IntoView {
    let exclusive: u64 = usage.repositories.iter().map(|row| row.exclusive).sum();
    let shared = usage.used.saturating_sub(exclusive);
    let name = |row: &RepositoryRow| format!("{}/{}", row.owner.name(), text::visible(&row.path));
    let mut rows = usage.repositories.clone();
    rows.sort_by_key(|row| Reverse(row.exclusive));
    let mut parts: Vec<Part> = rows
        .iter()
        .take(DRAWN)
        .map(|row| Part {
            name: name(row),
            bytes: row.exclusive,
            is_shared: false,
        })
        .collect();
    let others: u64 = rows.iter().skip(DRAWN).map(|row| row.exclusive).sum();
    parts.push(Part {
        name: t!("usage-map-others").to_owned(),
        bytes: others,
        is_shared: false,
    });
    parts.push(Part {
        name: t!("usage-map-shared").to_owned(),
        bytes: shared,
        is_shared: true,
    });
    let label = t!("usage-map", shared = text::bytes(shared));
    view! {
        <Treemap parts label />
        <p class="note">{t!("usage-map-means")}</p>
    }
}

#[component]
fn Repositories(did: String, repositories: Vec<RepositoryRow>) -> impl IntoView {
    let count = repositories.len();
    let row = move |row: RepositoryRow| {
        let name = format!("{}/{}", row.owner.name(), row.path);
        let value = format!("{}/{}", row.owner.did, row.path);
        let weigh = routes::with_query(
            &routes::hold_page(&did, "usage"),
            &[("repository", value.as_str())],
        );
        let label = t!("usage-weigh-label", repository = name.clone());
        view! {
            <tr>
                <th scope="row">
                    <a href=routes::repository(&name)>{text::visible(&name)}</a>
                </th>
                <td class="amount"><Size bytes=row.bytes /></td>
                <td class="amount"><Size bytes=row.exclusive /></td>
                <td class="amount wide-only"><Size bytes=row.bytes.saturating_sub(row.exclusive) /></td>
                <td class="amount wide-only">{text::grouped(row.manifests)}</td>
                <td>
                    <a href=format!("{weigh}#weigh") aria-label=label>{t!("usage-weigh")}</a>
                </td>
            </tr>
        }
    };
    let (first, rest) = split(repositories, row);
    let head = || {
        view! {
            <thead>
                <tr>
                    <th scope="col">{t!("usage-repository")}</th>
                    <th scope="col" class="amount">{t!("usage-uses")}</th>
                    <th scope="col" class="amount">{t!("usage-alone")}</th>
                    <th scope="col" class="amount wide-only">{t!("usage-shared")}</th>
                    <th scope="col" class="amount wide-only">{t!("usage-images")}</th>
                    <th scope="col"><span class="sr-only">{t!("usage-weigh-column")}</span></th>
                </tr>
            </thead>
        }
    };
    let rest = fold(rest, t!("usage-all-repositories", count = count), head());
    view! {
        <div class="table-frame">
            <table class="numbers">
                <caption class="sr-only">{t!("usage-repositories-label")}</caption>
                {head()}
                <tbody>{first}</tbody>
            </table>
        </div>
        {rest}
    }
}

#[component]
fn People(people: Vec<PersonRow>) -> impl IntoView {
    let count = people.len();
    let row = |row: PersonRow| {
        view! {
            <tr>
                <th scope="row"><PersonLink person=row.who /></th>
                <td><UsageBar usage=row.usage /></td>
                <td class="amount"><Size bytes=row.exclusive /></td>
                <td class="amount wide-only">{text::grouped(row.repositories)}</td>
            </tr>
        }
    };
    let (first, rest) = split(people, row);
    let head = || {
        view! {
            <thead>
                <tr>
                    <th scope="col">{t!("usage-person")}</th>
                    <th scope="col">{t!("usage-of-quota")}</th>
                    <th scope="col" class="amount">{t!("usage-alone")}</th>
                    <th scope="col" class="amount wide-only">{t!("usage-repositories")}</th>
                </tr>
            </thead>
        }
    };
    let rest = fold(rest, t!("usage-all-people", count = count), head());
    view! {
        <div class="table-frame">
            <table class="numbers">
                <caption class="sr-only">{t!("usage-people-label")}</caption>
                {head()}
                <tbody>{first}</tbody>
            </table>
        </div>
        {rest}
    }
}

/// The first rows, and the others.
fn split<T, V: IntoView + 'static>(
    rows: Vec<T>,
    draw: impl Fn(T) -> V,
) -> (Vec<AnyView>, Vec<AnyView>) {
    let mut drawn: Vec<AnyView> = rows.into_iter().map(|row| draw(row).into_any()).collect();
    let rest = drawn.split_off(drawn.len().min(SHOWN));
    (drawn, rest)
}

/// Rows that unfold under `all`.
fn fold(rest: Vec<AnyView>, all: String, head: impl IntoView + 'static) -> Option<impl IntoView> {
    (!rest.is_empty()).then(|| {
        view! {
            <details class="more-rows">
                <summary>{all}</summary>
                <div class="table-frame">
                    <table class="numbers">
                        {head}
                        <tbody>{rest}</tbody>
                    </table>
                </div>
            </details>
        }
    })
}

#[component]
fn OverTime(samples: Vec<Sample>) -> impl IntoView {
    let (Some(first), Some(last)) = (samples.first().cloned(), samples.last().cloned()) else {
        return view! { <p class="note">{t!("usage-samples-none")}</p> }.into_any();
    };
    if first.day == last.day {
        let sample = t_view!(
            "usage-samples-one",
            when = view! { <When moment=last.at /> };
            stored = text::bytes(last.stored),
            used = text::bytes(last.used)
        );
        return view! { <p>{sample}</p> }.into_any();
    }
    let days = last.day.abs_diff(first.day);
    let size = text::bytes(last.stored.abs_diff(first.stored));
    let words = if last.stored >= first.stored {
        t!("usage-grew", days = days, size = size)
    } else {
        t!("usage-shrank", days = days, size = size)
    };
    let latest = t_view!(
        "usage-samples-latest",
        when = view! { <When moment=last.at /> }
    );
    view! {
        <p>{words.clone()} " " {latest}</p>
        <Growth samples label=words />
    }
    .into_any()
}

/// What removing some tags of a repository would free.
#[component]
fn Chosen(did: String, chosen: ChosenRepository) -> impl IntoView {
    let name = format!("{}/{}", chosen.owner.name(), chosen.path);
    let removal = chosen
        .removal
        .map(|answer| said(answer, |removal| view! { <Removal removal /> }));
    let form = match chosen.tags {
        Err(reason) => view! { <p class="notice">{reason}</p> }.into_any(),
        Ok(tags) if tags.is_empty() => view! {
            <p class="notice">{t!("usage-tags-none")}</p>
        }
        .into_any(),
        Ok(tags) => {
            let boxes = tags
                .into_iter()
                .map(|choice| {
                    view! {
                        <label class="check">
                            <input type="checkbox" name="tag" value=choice.tag.clone() checked=choice.is_chosen />
                            <span>
                                {text::visible(&choice.tag)} " "
                                <span class="note"><When moment=choice.moved /></span>
                            </span>
                        </label>
                    }
                })
                .collect_view();
            view! {
                <form class="weigh" method="get" action=format!("{}#weigh", routes::hold_page(&did, "usage"))>
                    <input type="hidden" name="repository" value=chosen.value />
                    <fieldset class="tag-choices">
                        <legend>{t!("usage-tags-which")}</legend>
                        {boxes}
                    </fieldset>
                    <button class="button" type="submit">
                        {t!("usage-tags-weigh")}
                    </button>
                </form>
            }
            .into_any()
        }
    };
    let title = t!("usage-weigh-title", repository = text::visible(&name));
    view! {
        <section class="weigh-section" id="weigh" aria-labelledby="weigh-title">
            <h2 id="weigh-title">{title}</h2>
            {removal}
            {form}
            <p class="note">{t!("usage-weigh-means")}</p>
        </section>
    }
}

#[component]
fn Removal(removal: RemovalView) -> impl IntoView {
    let frees = t_view!(
        "usage-removal-frees",
        size = view! { <strong><Size bytes=removal.freed /></strong> };
        tags = removal.tags
    );
    let goes = t!(
        "usage-removal-goes",
        images = removal.manifests,
        blobs = removal.freed_blobs
    );
    let stays = t!(
        "usage-removal-stays",
        size = text::bytes(removal.still_used)
    );
    let kept = (removal.kept_manifests > 0)
        .then(|| view! { " " {t!("usage-removal-kept", images = removal.kept_manifests)} });
    let quota = t!("usage-removal-quota", size = text::bytes(removal.quota));
    view! {
        <div class="statement" role="status">
            <p class="statement-main">{frees}</p>
            <p class="note">{goes} " " {stays} {kept} " " {quota}</p>
        </div>
    }
}
