//! The quotas of a hold, and who is near theirs.

use std::sync::Arc;

use leptos::prelude::*;

use super::crew::Row;
use super::{HoldFrame, for_those, hold_in_address};
use crate::api::hold::TierView;
use crate::api::hold::quotas::{QuotasPage as QuotasPageData, QuotasSource};
use crate::components::loaded::loaded;
use crate::{routes, text};

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
        view! {
            <p>
                "Whoever runs this server sets the tiers: "<code>"HOLD_QUOTA_TIERS"</code>" names them with their limits, and "
                <code>"HOLD_DEFAULT_TIER"</code>" is the one that members have who were given none. They take effect at the next start."
            </p>
        }
        .into_any()
    } else {
        view! {
            <p>
                "The tiers are part of the configuration of the server that this hold runs on, so they are changed there and not here. "
                "Which member has which tier is decided here."
            </p>
        }
        .into_any()
    };
    let partly = (page.looked_at < page.total).then(|| {
        view! {
            <p class="notice">
                "This hold has " {page.total} " members; the usage of the first " {page.looked_at}
                " was looked at. The others are on the page of the crew."
            </p>
        }
    });
    let pressed = if page.pressed.is_empty() {
        view! { <p class="note">"Nobody uses 80 % of their quota."</p> }.into_any()
    } else {
        let rows = page
            .pressed
            .into_iter()
            .map(|row| view! { <Row did=did.clone() row /> })
            .collect_view();
        view! { <ul class="crew-list">{rows}</ul> }.into_any()
    };
    let overrides = if page.overrides.is_empty() {
        view! {
            <p class="note">
                "Every member has the default. To give somebody another tier, open them on the "
                <a href=routes::hold_page(&did, "crew")>"page of the crew"</a> "."
            </p>
        }
        .into_any()
    } else {
        let rows = page
            .overrides
            .into_iter()
            .map(|row| view! { <Row did=did.clone() row /> })
            .collect_view();
        view! { <ul class="crew-list">{rows}</ul> }.into_any()
    };
    let unknown = (page.unknown > 0).then(|| {
        view! {
            <p class="notice">
                {text::counted(page.unknown as u64, "member has", "members have")}
                " a tier that this hold does not know. The default counts for them."
            </p>
        }
    });
    view! {
        <HoldFrame head=page.head section="quotas" title="Quotas">
            <h1 class="sr-only">"Quotas"</h1>
            {partly}
            <section aria-labelledby="tiers">
                <h2 id="tiers">"Tiers"</h2>
                <Tiers tiers=page.tiers is_silent=page.is_silent />
                {unknown}
                {where_from}
            </section>
            <section aria-labelledby="pressed">
                <h2 id="pressed">"Near their limit"</h2>
                {pressed}
            </section>
            <section aria-labelledby="overrides">
                <h2 id="overrides">"With a tier of their own"</h2>
                {overrides}
            </section>
        </HoldFrame>
    }
}

#[component]
fn Tiers(tiers: Vec<(TierView, usize)>, is_silent: bool) -> impl IntoView {
    if is_silent {
        return view! {
            <p class="notice">
                "This hold does not say which quotas it has: its software has no such method, or it did not answer."
            </p>
        }
        .into_any();
    }
    if tiers.is_empty() {
        return view! {
            <div class="empty">
                <h3>"No tiers, no limits"</h3>
                <p>"Every member may store as much as there is room for."</p>
            </div>
        }
        .into_any();
    }
    let cards = tiers
        .into_iter()
        .map(|(tier, members)| {
            let default = tier
                .is_default
                .then(|| view! { <li class="chip chip-kind">"New members get this"</li> });
            view! {
                <li class="tier-card">
                    <h3>{tier.name}</h3>
                    <p class="tier-size">{text::bytes(tier.bytes)}</p>
                    <ul class="chips">
                        {default} <li class="chip">{text::counted(members as u64, "member", "members")}</li>
                    </ul>
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="tier-list">{cards}</ul>
        <p class="note">
            "Usage is the sum of the different blobs that somebody's images use; a layer that two of their images share counts once. The captain has no limit. Members are warned at 80 % and 95 %; what does not fit is refused before it is stored."
        </p>
    }
    .into_any()
}
