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
use crate::{routes, text};

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
        <HoldFrame head section="usage" title="Usage">
            <h1 class="sr-only">"Usage"</h1>
            {said(answer, move |usage| view! { <Usage did usage /> })}
        </HoldFrame>
    }
}

#[component]
fn Usage(did: String, usage: HoldUsage) -> impl IntoView {
    if usage.stored_blobs == 0 && usage.people.is_empty() {
        return view! {
            <div class="empty">
                <h2 class="minor">"Nothing is stored here yet"</h2>
                <p>"As soon as somebody pushes an image into this hold, this page shows what takes up its space."</p>
                <p>
                    <a class="button" href=routes::hold_page(&did, "crew")>
                        "Invite a crew"
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
            <h2 id="repositories">"By repository"</h2>
            <Map usage=usage.clone() />
            <Repositories did repositories=usage.repositories />
        </section>
        <section aria-labelledby="people">
            <h2 id="people">"By person"</h2>
            <People people=usage.people />
        </section>
        <section aria-labelledby="growth">
            <h2 id="growth">"Over time"</h2>
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
                <a href=routes::hold_page(&did, "space")>"Free it"</a>
            </p>
        }
    });
    view! {
        <ul class="figures">
            <li class="figure">
                <p class="figure-value"><Size bytes=usage.stored /></p>
                <p class="figure-words">"stored, in " {text::counted(usage.stored_blobs, "blob", "blobs")}</p>
            </li>
            <li class="figure">
                <p class="figure-value"><Size bytes=usage.used /></p>
                <p class="figure-words">"used by images, each blob counted once"</p>
            </li>
            <li class="figure">
                <p class="figure-value"><Size bytes=unused /></p>
                <p class="figure-words">"used by no image: on its way in or out"</p>
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
        name: "Other repositories".to_owned(),
        bytes: others,
        is_shared: false,
    });
    parts.push(Part {
        name: "Shared by several".to_owned(),
        bytes: shared,
        is_shared: true,
    });
    let label = format!(
        "Areas as large as what each repository alone uses, and {} that several share. The table below has the numbers.",
        text::bytes(shared)
    );
    view! {
        <Treemap parts label />
        <p class="note">
            "An area is what a repository uses alone: removing it would free that. What several repositories share is hatched, and is freed when the last of them lets go of it."
        </p>
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
        let label = format!("Weigh tags of {name}: what would removing them free?");
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
                    <a href=format!("{weigh}#weigh") aria-label=label>"Weigh tags"</a>
                </td>
            </tr>
        }
    };
    let (first, rest) = split(repositories, row);
    let head = || {
        view! {
            <thead>
                <tr>
                    <th scope="col">"Repository"</th>
                    <th scope="col" class="amount">"Uses"</th>
                    <th scope="col" class="amount">"Alone"</th>
                    <th scope="col" class="amount wide-only">"Shared"</th>
                    <th scope="col" class="amount wide-only">"Images"</th>
                    <th scope="col"><span class="sr-only">"Weigh"</span></th>
                </tr>
            </thead>
        }
    };
    let rest = fold(rest, count, "repositories", head());
    view! {
        <div class="table-frame">
            <table class="numbers">
                <caption class="sr-only">"Repositories by what they use"</caption>
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
                    <th scope="col">"Person"</th>
                    <th scope="col">"Of their quota"</th>
                    <th scope="col" class="amount">"Alone"</th>
                    <th scope="col" class="amount wide-only">"Repositories"</th>
                </tr>
            </thead>
        }
    };
    let rest = fold(rest, count, "people", head());
    view! {
        <div class="table-frame">
            <table class="numbers">
                <caption class="sr-only">"People by what they use"</caption>
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

/// Rows that unfold.
fn fold(
    rest: Vec<AnyView>,
    count: usize,
    what: &'static str,
    head: impl IntoView + 'static,
) -> Option<impl IntoView> {
    (!rest.is_empty()).then(|| {
        view! {
            <details class="more-rows">
                <summary>"All " {text::grouped(count as u64)} " " {what}</summary>
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
        return view! { <p class="note">"The first sample is taken within the hour; there is one for each day."</p> }
            .into_any();
    };
    if first.day == last.day {
        return view! {
            <p>
                "One sample so far, taken " <When moment=last.at /> ": " {text::bytes(last.stored)} " stored, "
                {text::bytes(last.used)} " of it used by images. There is one for each day, so a line needs two days."
            </p>
        }
        .into_any();
    }
    let (direction, change) = if last.stored >= first.stored {
        ("grew", last.stored - first.stored)
    } else {
        ("shrank", first.stored - last.stored)
    };
    let days = text::counted(last.day.abs_diff(first.day), "day", "days");
    let words = format!("In {days} the hold {direction} by {}.", text::bytes(change));
    view! {
        <p>{words.clone()} " The latest sample was taken " <When moment=last.at /> "."</p>
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
            <p class="notice">
                "No tag of this repository is known here; its images are kept by their digests alone."
            </p>
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
                        <legend>"Which tags would go?"</legend>
                        {boxes}
                    </fieldset>
                    <button class="button" type="submit">
                        "Say what that frees"
                    </button>
                </form>
            }
            .into_any()
        }
    };
    view! {
        <section class="weigh-section" id="weigh" aria-labelledby="weigh-title">
            <h2 id="weigh-title">"What would removing tags of " {text::visible(&name)} " free?"</h2>
            {removal}
            {form}
            <p class="note">
                "Nothing is removed here. Tags are removed by their owner, on the page of the repository; the hold then frees what nothing needs any more."
            </p>
        </section>
    }
}

#[component]
fn Removal(removal: RemovalView) -> impl IntoView {
    let verb = if removal.tags == 1 {
        "Deleting this tag frees "
    } else {
        "Deleting these tags frees "
    };
    let kept = (removal.kept_manifests > 0).then(|| {
        format!(
            " {} stay, as other tags lead to them.",
            text::counted(removal.kept_manifests, "image", "images")
        )
    });
    view! {
        <div class="statement" role="status">
            <p class="statement-main">{verb} <strong><Size bytes=removal.freed /></strong> "."</p>
            <p class="note">
                {text::counted(removal.manifests, "image goes", "images go")} ", and with them "
                {text::counted(removal.freed_blobs, "blob", "blobs")} " that nothing else needs. "
                {text::bytes(removal.still_used)} " that they use stay, as something else needs them." {kept}
                " The owner's quota gets " {text::bytes(removal.quota)}
                " back at once; the bytes are free after the collection of garbage."
            </p>
        </div>
    }
}
