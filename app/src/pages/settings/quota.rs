//! What somebody uses of what they may, in every hold.

use std::sync::Arc;

use leptos::prelude::*;

use super::SettingsPage;
use crate::api::hold::Pressure;
use crate::api::settings::quota::{HoldQuota, QuotaPage as QuotaPageData, QuotaSource};
use crate::components::loaded::from_source;
use crate::components::usage_bar::{PressureChip, UsageBar};
use crate::{routes, t, t_view, text};

/// The page.
#[component]
pub(crate) fn QuotaPage() -> impl IntoView {
    view! {
        <SettingsPage title=t!("settings-quota") path=routes::SETTINGS_QUOTA>
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
        <p>{t!("my-quota-what")}</p>
        {list}
    }
}

#[component]
fn Nothing() -> impl IntoView {
    view! {
        <div class="empty">
            <h2 class="minor">{t!("my-quota-none")}</h2>
            <p>{t!("my-quota-none-help")}</p>
            <p>
                <a class="button" href=routes::HOLDS>
                    {t!("my-quota-find")}
                </a>
            </p>
        </div>
    }
}

#[component]
fn Hold(hold: HoldQuota) -> impl IntoView {
    let default = hold
        .is_default
        .then(|| view! { <li class="chip chip-kind">{t!("my-quota-default")}</li> });
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
        let who = view! { <a href=routes::person(captain.name())>{captain.name().to_owned()}</a> };
        view! { <p class="note">{t_view!("my-quota-captain", who = who)}</p> }
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
        Pressure::High => t!("my-quota-high"),
        Pressure::Full => t!("my-quota-full"),
    };
    Some(view! { <p class="notice">{words}</p> })
}
