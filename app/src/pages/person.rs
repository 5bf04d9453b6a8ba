//! Somebody with their repositories.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::api::person::{Owner, Person, PersonSource, RepositoryCard};
use crate::components::layout::page::Page;
use crate::components::loaded::loaded;
use crate::components::repository_header::StaleNotice;
use crate::components::signal_flag::SignalFlag;
use crate::components::values::{Platforms, Size, When, kind_name};
use crate::{routes, text};

/// The page of a person, `/u/<name>`.
#[component]
pub(crate) fn PersonPage() -> impl IntoView {
    let name = use_params_map()
        .with_untracked(|params| params.get("name"))
        .unwrap_or_default();
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn PersonSource>>();
    source.map(|source| loaded(async move { source.person(&name).await }, draw))
}

fn draw(person: Person) -> impl IntoView {
    let owner = person.owner;
    let address = routes::person(&owner.name);
    let unverified = owner.handle.is_none().then(|| {
        view! {
            <p class="notice">
                "This account has no verified handle: the name it gives and the account do not point to each other. "
                "Its images are named by its DID."
            </p>
        }
    });
    let shown_name = person
        .display_name
        .as_deref()
        .map_or_else(|| owner.name.clone(), text::visible);
    let count = text::counted(
        person.repositories.len() as u64,
        "repository",
        "repositories",
    );
    let list = if person.repositories.is_empty() {
        view! {
            <section class="empty">
                <h2>"No images yet"</h2>
                <p>
                    "Nothing has been pushed under this name, or it lies in a hold that only its crew may read. "
                    "If the name is yours, the first push makes the first repository."
                </p>
                <p>
                    <a class="button" href=format!("{}#start", routes::HOME)>
                        "How to push"
                    </a>
                </p>
            </section>
        }
        .into_any()
    } else {
        let cards = person
            .repositories
            .into_iter()
            .map(|card| view! { <RepositoryRow card show_owner=false /> })
            .collect_view();
        view! {
            <section aria-labelledby="repositories">
                <h2 id="repositories" class="sr-only">"Repositories"</h2>
                <ul class="repository-list">{cards}</ul>
            </section>
        }
        .into_any()
    };
    view! {
        <Page
            title=owner.name.clone()
            description=format!("Container images that {} publishes: {count}.", owner.name)
            json=routes::json(&address)
            feed=routes::feed(&address)
        >
            <header class="page-head frame">
                <Portrait avatar=person.avatar did=owner.did.clone() />
                <div class="page-head-words">
                    <p class="eyebrow">"Publisher"</p>
                    <h1 class="page-title">{shown_name}</h1>
                    <HandleState owner=owner.clone() />
                </div>
            </header>
            <div class="frame page-body">
                <StaleNotice is_stale=person.is_stale />
                {unverified}
                <p class="page-summary">
                    <span>{count}</span>
                    <span>
                        "Permalink " <a href=routes::person(&owner.did)><code>{owner.did.clone()}</code></a>
                    </span>
                    <span>"Hosted at " {text::visible(&owner.pds)}</span>
                    <a href=routes::feed(&address)>"Feed of pushes"</a>
                </p>
                {list}
                <Starred cards=person.starred />
            </div>
        </Page>
    }
}

/// What they like; nothing for whoever likes nothing.
#[component]
fn Starred(cards: Vec<RepositoryCard>) -> impl IntoView {
    let has_stars = !cards.is_empty();
    has_stars.then(|| {
        let cards = cards
            .into_iter()
            .map(|card| view! { <RepositoryRow card show_owner=true /> })
            .collect_view();
        view! {
            <section aria-labelledby="starred">
                <h2 id="starred">"Starred"</h2>
                <ul class="repository-list">{cards}</ul>
            </section>
        }
    })
}

/// Their picture, else their flag.
#[component]
fn Portrait(avatar: Option<String>, did: String) -> impl IntoView {
    match avatar {
        Some(avatar) => {
            view! { <img class="avatar" src=avatar alt="" width="64" height="64" /> }.into_any()
        }
        None => view! { <SignalFlag name=did /> }.into_any(),
    }
}

/// What they are called, and whether that is so.
#[component]
fn HandleState(owner: Owner) -> impl IntoView {
    let (name, class, state, why) = match owner.handle {
        Some(handle) => (
            format!("@{handle}"),
            "chip chip-signed",
            "Verified handle",
            "The handle and the account point to each other.",
        ),
        None => (
            owner.name,
            "chip chip-warning",
            "No verified handle",
            "The account gives no name that points back to it.",
        ),
    };
    view! {
        <p class="handle-state">
            <span class="handle">{name}</span>
            <span class=class title=why>
                {state}
            </span>
        </p>
    }
}

/// A name that may go on in the next line after each of its parts.
fn breakable(name: &str) -> impl IntoView + use<> {
    let parts = name.split_inclusive('/').map(str::to_owned);
    parts.map(|part| view! { {part} <wbr /> }).collect_view()
}

/// A repository in a list.
#[component]
pub(crate) fn RepositoryRow(card: RepositoryCard, show_owner: bool) -> impl IntoView {
    let shown = if show_owner {
        card.name.clone()
    } else {
        card.path.clone()
    };
    let kind = card
        .kind
        .as_deref()
        .filter(|kind| !matches!(*kind, "image" | "index"));
    let kind = kind.map(|kind| view! { <li class="chip chip-kind">{kind_name(kind)}</li> });
    let signed = card
        .is_signed
        .then(|| view! { <li class="chip chip-signed">"Signed"</li> });
    let has_marks = kind.is_some() || signed.is_some();
    let marks = has_marks.then(|| view! { <ul class="chips">{kind} {signed}</ul> });
    view! {
        <li class="repository-row">
            <SignalFlag name=card.name.clone() />
            <div class="repository-words">
                <h3>
                    <a href=routes::repository(&card.name)>{breakable(&shown)}</a>
                </h3>
                {card.summary.map(|summary| view! { <p>{text::visible(&summary)}</p> })}
                {marks}
                <Platforms platforms=card.platforms />
            </div>
            <ul class="row-facts">
                <li>"Pushed " <When moment=card.pushed_at /></li>
                <li>{text::counted(card.tag_count, "tag", "tags")}</li>
                {card.size.map(|bytes| view! { <li><Size bytes /></li> })}
                {card
                    .pulls
                    .filter(|pulls| *pulls > 0)
                    .map(|pulls| view! { <li>{text::counted(pulls, "pull", "pulls")}</li> })}
                {(card.stars > 0).then(|| view! { <li>{text::counted(card.stars, "star", "stars")}</li> })}
            </ul>
        </li>
    }
}
