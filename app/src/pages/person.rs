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
use crate::{routes, t, t_view, text};

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
            <p class="notice">{t!("person-unverified-notice")}</p>
        }
    });
    let shown_name = person
        .display_name
        .as_deref()
        .map_or_else(|| owner.name.clone(), text::visible);
    let count = person.repositories.len();
    let list = if person.repositories.is_empty() {
        view! {
            <section class="empty">
                <h2>{t!("person-empty")}</h2>
                <p>{t!("person-empty-words")}</p>
                <p>
                    <a class="button" href=format!("{}#start", routes::HOME)>
                        {t!("search-empty-push")}
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
                <h2 id="repositories" class="sr-only">{t!("person-repositories")}</h2>
                <ul class="repository-list">{cards}</ul>
            </section>
        }
        .into_any()
    };
    let permalink = view! {
        <a href=routes::person(&owner.did)>
            <code>{owner.did.clone()}</code>
        </a>
    };
    view! {
        <Page
            title=owner.name.clone()
            description=t!("person-description", name = owner.name.clone(), count = count)
            json=routes::json(&address)
            feed=routes::feed(&address)
        >
            <header class="page-head frame">
                <Portrait avatar=person.avatar did=owner.did.clone() />
                <div class="page-head-words">
                    <p class="eyebrow">{t!("person-eyebrow")}</p>
                    <h1 class="page-title">{shown_name}</h1>
                    <HandleState owner=owner.clone() />
                </div>
            </header>
            <div class="frame page-body">
                <StaleNotice is_stale=person.is_stale />
                {unverified}
                <p class="page-summary">
                    <span>{t!("count-repositories", count = count)}</span>
                    <span>{t_view!("person-permalink", did = permalink)}</span>
                    <span>{t!("person-hosted", server = text::visible(&owner.pds))}</span>
                    <a href=routes::feed(&address)>{t!("person-feed")}</a>
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
                <h2 id="starred">{t!("person-starred")}</h2>
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
            t!("person-verified"),
            t!("person-verified-why"),
        ),
        None => (
            owner.name,
            "chip chip-warning",
            t!("person-unverified"),
            t!("person-unverified-why"),
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
        .then(|| view! { <li class="chip chip-signed">{t!("row-signed")}</li> });
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
                <li>{t_view!("row-pushed", when = view! { <When moment=card.pushed_at /> })}</li>
                <li>{t!("count-tags", count = card.tag_count)}</li>
                {card.size.map(|bytes| view! { <li><Size bytes /></li> })}
                {card
                    .pulls
                    .filter(|pulls| *pulls > 0)
                    .map(|pulls| view! { <li>{t!("count-pulls", count = pulls)}</li> })}
                {(card.stars > 0).then(|| view! { <li>{t!("count-stars", count = card.stars)}</li> })}
            </ul>
        </li>
    }
}
