//! What somebody uses of what they may, in every hold.

use std::sync::Arc;

use leptos::prelude::*;

use super::SettingsPage;
use crate::api::hold::Pressure;
use crate::api::settings::quota::{HoldQuota, QuotaPage as QuotaPageData, QuotaSource};
use crate::components::loaded::from_source;
use crate::components::usage_bar::{PressureChip, UsageBar};
use crate::{routes, text};

/// The page.
#[component]
pub(crate) fn QuotaPage() -> impl IntoView {
    view! {
        <SettingsPage title="My quota" path=routes::SETTINGS_QUOTA>
            {from_source(|source: Arc<dyn QuotaSource>| async move {
                let page = source.quota_page().await;
                view! { <Quotas page /> }
            })}
        </SettingsPage>
    }
}

#[component]
fn Quotas(page: QuotaPageData) -> impl IntoView {
    let rows = page
        .holds
        .into_iter()
        .map(|hold| view! { <Hold hold /> })
        .collect::<Vec<_>>();
    let list = if rows.is_empty() {
        view! { <Nothing /> }.into_any()
    } else {
        view! { <ul class="quota-list">{rows}</ul> }.into_any()
    };
    view! {
        <p>
            "What you use in each hold, of what its captain gave you. A layer counts once, however many of your images use it. "
            "You are warned at 80 % and 95 %, and what does not fit is refused before it is sent."
        </p>
        {list}
    }
}

#[component]
fn Nothing() -> impl IntoView {
    view! {
        <div class="empty">
            <h2 class="minor">"You use no hold yet"</h2>
            <p>"Join one that is open, be invited to one, or run your own."</p>
            <p>
                <a class="button" href=routes::HOLDS>
                    "Find a hold"
                </a>
            </p>
        </div>
    }
}

#[component]
fn Hold(hold: HoldQuota) -> impl IntoView {
    let default = hold
        .is_default
        .then(|| view! { <li class="chip chip-kind">"Your pushes go here"</li> });
    let (chip, content) = match hold.usage {
        Ok(usage) => {
            let tier = usage
                .tier
                .clone()
                .map(|tier| view! { <li class="chip">{text::visible(&tier)}</li> });
            let advice = advice(usage.pressure());
            let chip = view! {
                <PressureChip usage=usage.clone() />
                {tier}
            }
            .into_any();
            let content = view! {
                <UsageBar usage />
                {advice}
            }
            .into_any();
            (chip, content)
        }
        Err(reason) => (
            ().into_any(),
            view! { <p class="notice">{reason}</p> }.into_any(),
        ),
    };
    let captain = hold.captain.map(|captain| {
        view! {
            <p class="note">
                "Captain: " <a href=routes::person(captain.name())>{captain.name().to_owned()}</a>
            </p>
        }
    });
    view! {
        <li class="quota-row">
            <p class="row-title">
                <a href=routes::hold(&hold.did)>{text::visible(&hold.name)}</a>
            </p>
            <ul class="chips">{default} {chip}</ul>
            {content}
            {captain}
        </li>
    }
}

/// What to do about it.
fn advice(pressure: Pressure) -> Option<impl IntoView> {
    let words = match pressure {
        Pressure::Room => return None,
        Pressure::High => {
            "Over 80 % is used. Delete tags that nobody pulls any more, or ask the captain for a larger tier."
        }
        Pressure::Full => {
            "There is hardly room for another push. Delete tags that nobody pulls any more, or ask the captain for a larger tier."
        }
    };
    Some(view! { <p class="notice">{words}</p> })
}
