//! The holds that somebody has to do with, `/holds`.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;

use super::PersonLink;
use crate::api::hold::list::{HoldCard, HoldList, HoldListSource};
use crate::components::layout::page::Page;
use crate::components::signal_flag::SignalFlag;
use crate::components::usage_bar::{PressureChip, UsageBar};
use crate::{routes, t, t_view, text};

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
                <h2 id="crew-holds">{t!("holds-crew")}</h2>
                <Cards cards=list.crew.clone() />
            </section>
        }
    });
    let open = if list.open.is_empty() {
        view! { <p class="note">{t!("holds-open-none")}</p> }.into_any()
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
                <h2 id="silent-holds">{t!("holds-silent")}</h2>
                <p class="note">{t!("holds-silent-means")}</p>
                <ul class="plain-list">{names}</ul>
            </section>
        }
    });
    view! {
        <Page
            title=t!("holds-title")
            description=t!("holds-summary")
        >
            <header class="page-head frame hold-list-head">
                <div class="page-head-words">
                    <p class="eyebrow">{t!("holds-eyebrow")}</p>
                    <h1 class="page-title">{t!("holds-title")}</h1>
                    <p class="lead">{t!("holds-lead")}</p>
                </div>
                <p class="page-head-action">
                    <a class="button" href=routes::HOLDS_SET_UP>
                        {t!("holds-set-up")}
                    </a>
                </p>
            </header>
            <div class="frame page-body hold-body">
                {own} {crew} <section aria-labelledby="open-holds">
                    <h2 id="open-holds">{t!("holds-open")}</h2>
                    <p class="note">{t!("holds-open-means")}</p>
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
                <h3>{t!("holds-own-none")}</h3>
                <p>{t!("holds-own-means")}</p>
                <p>
                    <a class="button button-quiet" href=routes::HOLDS_SET_UP>
                        {t!("holds-own-set-up")}
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
            <h2 id="own-holds">{t!("holds-own")}</h2>
            {content}
        </section>
    }
}

#[component]
fn SignInFirst() -> impl IntoView {
    let sign_in = routes::with_query(routes::SIGN_IN, &[("return_to", routes::HOLDS)]);
    let link = view! { <a href=sign_in>{t!("holds-sign-in-link")}</a> };
    view! {
        <p class="notice">
            <span>{t_view!("holds-sign-in", link = link)}</span>
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
    let here = card.is_here.then(|| chip(t!("holds-runs-here")));
    let default = card
        .is_default
        .then(|| view! { <li class="chip chip-kind">{t!("holds-default")}</li> });
    let public = chip(if card.public {
        t!("hold-public")
    } else {
        t!("hold-crew-only")
    });
    let open = card.open_registration.then(|| chip(t!("hold-open")));
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
                <a href=routes::hold_page(&card.did, "captaincy")>{t!("holds-offered")}</a>
            </p>
        }
    });
    let captain = view! { <PersonLink person=card.captain.clone() /> };
    view! {
        <li class="hold-card">
            <SignalFlag name=card.did.clone() />
            <div class="hold-card-words">
                <h3>
                    <a href=routes::hold(&card.did)>{text::visible(&card.name)}</a>
                </h3>
                <p class="note">{t_view!("holds-captain", captain = captain)}</p>
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
