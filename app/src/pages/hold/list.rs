//! The holds that somebody has to do with, `/holds`.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;

use super::PersonLink;
use crate::api::hold::list::{HoldCard, HoldList, HoldListSource};
use crate::components::layout::page::Page;
use crate::components::signal_flag::SignalFlag;
use crate::components::usage_bar::{PressureChip, UsageBar};
use crate::{routes, text};

/// The page.
#[component]
pub(crate) fn HoldListPage() -> impl IntoView {
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn HoldListSource>>();
    source.map(|source| {
        Suspend::new(async move { OwnedView::new(draw(source.holds().await)).into_any() })
    })
}

fn draw(list: HoldList) -> impl IntoView {
    let own = if list.is_signed_in {
        view! { <Own cards=list.own.clone() /> }.into_any()
    } else {
        view! { <SignInFirst /> }.into_any()
    };
    let crew = (!list.crew.is_empty()).then(|| {
        view! {
            <section aria-labelledby="crew-holds">
                <h2 id="crew-holds">"Where you are in the crew"</h2>
                <Cards cards=list.crew.clone() />
            </section>
        }
    });
    let open = if list.open.is_empty() {
        view! { <p class="note">"This registry knows of no other hold that is open."</p> }
            .into_any()
    } else {
        view! { <Cards cards=list.open.clone() /> }.into_any()
    };
    let silent = (!list.silent.is_empty()).then(|| {
        let names = list
            .silent
            .iter()
            .map(|did| view! { <li><a href=routes::hold(did)><code>{did.clone()}</code></a></li> })
            .collect_view();
        view! {
            <section aria-labelledby="silent-holds">
                <h2 id="silent-holds">"Not answering"</h2>
                <p class="note">"These are known here and do not answer at the moment."</p>
                <ul class="plain-list">{names}</ul>
            </section>
        }
    });
    view! {
        <Page
            title="Holds"
            description="Holds keep the layers of container images. Anybody can run one: on a disk or a bucket of their own."
        >
            <header class="page-head frame hold-list-head">
                <div class="page-head-words">
                    <p class="eyebrow">"Storage"</p>
                    <h1 class="page-title">"Holds"</h1>
                    <p class="lead">
                        "A hold keeps the layers of images. It has a captain who owns it and a crew who may use it, and anybody can run one."
                    </p>
                </div>
                <p class="page-head-action">
                    <a class="button" href=routes::HOLDS_SET_UP>
                        "Set up your own hold"
                    </a>
                </p>
            </header>
            <div class="frame page-body hold-body">
                {own} {crew} <section aria-labelledby="open-holds">
                    <h2 id="open-holds">"Open holds"</h2>
                    <p class="note">"Everybody may read from these, or join their crew."</p>
                    {open}
                </section> {silent}
            </div>
        </Page>
    }
}

#[component]
fn Own(cards: Vec<HoldCard>) -> impl IntoView {
    let content = if cards.is_empty() {
        view! {
            <div class="empty">
                <h3>"No hold of your own"</h3>
                <p>
                    "Your images lie in holds of others. With one of your own, they lie on your disk or in your bucket, and you decide who may use it."
                </p>
                <p>
                    <a class="button button-quiet" href=routes::HOLDS_SET_UP>
                        "How to set one up"
                    </a>
                </p>
            </div>
        }
        .into_any()
    } else {
        view! { <Cards cards /> }.into_any()
    };
    view! {
        <section aria-labelledby="own-holds">
            <h2 id="own-holds">"Yours"</h2>
            {content}
        </section>
    }
}

#[component]
fn SignInFirst() -> impl IntoView {
    view! {
        <p class="notice">
            <span>
                <a href=routes::with_query(routes::SIGN_IN, &[("return_to", routes::HOLDS)])>"Sign in"</a>
                " to see the holds that are yours and those in whose crew you are."
            </span>
        </p>
    }
}

#[component]
fn Cards(cards: Vec<HoldCard>) -> impl IntoView {
    let cards = cards
        .into_iter()
        .map(|card| view! { <Card card /> })
        .collect_view();
    view! { <ul class="hold-list">{cards}</ul> }
}

#[component]
fn Card(card: HoldCard) -> impl IntoView {
    let chip = |text: &'static str| view! { <li class="chip">{text}</li> };
    let here = card.is_here.then(|| chip("Runs here"));
    let default = card
        .is_default
        .then(|| view! { <li class="chip chip-kind">"You push here"</li> });
    let public = chip(if card.public { "Public" } else { "Crew only" });
    let open = card.open_registration.then(|| chip("Open registration"));
    let region = card
        .region
        .map(|region| view! { <li class="chip">{text::visible(&region)}</li> });
    let pressure = card
        .usage
        .clone()
        .map(|usage| view! { <PressureChip usage /> });
    let offered = card.is_offered.then(|| {
        view! {
            <p class="hold-offer">
                <a href=routes::hold_page(&card.did, "captaincy")>"You are offered the captaincy"</a>
            </p>
        }
    });
    view! {
        <li class="hold-card">
            <SignalFlag name=card.did.clone() />
            <div class="hold-card-words">
                <h3>
                    <a href=routes::hold(&card.did)>{text::visible(&card.name)}</a>
                </h3>
                <p class="note">"Captain " <PersonLink person=card.captain.clone() /></p>
                {card
                    .description
                    .as_deref()
                    .map(|description| view! { <p class="hold-description">{text::visible(description)}</p> })}
                <ul class="chips">{here} {default} {public} {open} {region} {pressure}</ul>
                {offered}
            </div>
            {card.usage.map(|usage| view! { <UsageBar usage /> })}
        </li>
    }
}
