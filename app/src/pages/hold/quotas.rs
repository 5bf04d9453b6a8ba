//! The quotas of a hold, and who is near theirs.

use std::sync::Arc;

use leptos::prelude::*;

use super::crew::Row;
use super::{HoldFrame, for_those, hold_in_address};
use crate::api::hold::TierView;
use crate::api::hold::quotas::{QuotasPage as QuotasPageData, QuotasSource};
use crate::components::loaded::loaded;
use crate::{routes, t, t_view, text};

/// The page.
#[component]
pub(crate) fn QuotasPage() -> impl IntoView {
    let did = hold_in_address();
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn QuotasSource>>();
    source.map(|source| {
        loaded(async move { source.quotas(&did).await }, |page| {
            for_those(page, draw)
        })
    })
}

fn draw(page: QuotasPageData) -> impl IntoView {
    let did = page.head.did.clone();
    let where_from = if page.head.is_here {
        t_view!(
            "quotas-here",
            tiers = view! { <code>"HOLD_QUOTA_TIERS"</code> },
            default = view! { <code>"HOLD_DEFAULT_TIER"</code> }
        )
        .into_any()
    } else {
        t!("quotas-elsewhere").into_any()
    };
    let partly = (page.looked_at < page.total).then(|| {
        let words = t!(
            "quotas-partly",
            total = page.total,
            looked_at = page.looked_at
        );
        view! { <p class="notice">{words}</p> }
    });
    let pressed = if page.pressed.is_empty() {
        view! { <p class="note">{t!("quotas-pressed-none")}</p> }.into_any()
    } else {
        let rows = page
            .pressed
            .into_iter()
            .map(|row| view! { <Row did=did.clone() row /> })
            .collect_view();
        view! { <ul class="crew-list">{rows}</ul> }.into_any()
    };
    let overrides = if page.overrides.is_empty() {
        let crew = routes::hold_page(&did, "crew");
        let link = view! { <a href=crew>{t!("quotas-overrides-none-link")}</a> };
        view! { <p class="note">{t_view!("quotas-overrides-none", link = link)}</p> }.into_any()
    } else {
        let rows = page
            .overrides
            .into_iter()
            .map(|row| view! { <Row did=did.clone() row /> })
            .collect_view();
        view! { <ul class="crew-list">{rows}</ul> }.into_any()
    };
    let unknown = (page.unknown > 0).then(|| {
        view! { <p class="notice">{t!("quotas-unknown", count = page.unknown)}</p> }
    });
    view! {
        <HoldFrame head=page.head section="quotas" title=t!("quotas-title")>
            <h1 class="sr-only">{t!("quotas-title")}</h1>
            {partly}
            <section aria-labelledby="tiers">
                <h2 id="tiers">{t!("quotas-tiers")}</h2>
                <Tiers tiers=page.tiers is_silent=page.is_silent />
                {unknown}
                <p>{where_from}</p>
            </section>
            <section aria-labelledby="pressed">
                <h2 id="pressed">{t!("quotas-pressed")}</h2>
                {pressed}
            </section>
            <section aria-labelledby="overrides">
                <h2 id="overrides">{t!("quotas-overrides")}</h2>
                {overrides}
            </section>
        </HoldFrame>
    }
}

#[component]
fn Tiers(tiers: Vec<(TierView, usize)>, is_silent: bool) -> impl IntoView {
    if is_silent {
        return view! { <p class="notice">{t!("quotas-silent")}</p> }.into_any();
    }
    if tiers.is_empty() {
        return view! {
            <div class="empty">
                <h3>{t!("quotas-none")}</h3>
                <p>{t!("quotas-none-means")}</p>
            </div>
        }
        .into_any();
    }
    let cards = tiers
        .into_iter()
        .map(|(tier, members)| {
            let default = tier
                .is_default
                .then(|| view! { <li class="chip chip-kind">{t!("quotas-default")}</li> });
            view! {
                <li class="tier-card">
                    <h3>{tier.name}</h3>
                    <p class="tier-size">{text::bytes(tier.bytes)}</p>
                    <ul class="chips">
                        {default} <li class="chip">{t!("count-members", count = members)}</li>
                    </ul>
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="tier-list">{cards}</ul>
        <p class="note">{t!("quotas-how")}</p>
    }
    .into_any()
}
