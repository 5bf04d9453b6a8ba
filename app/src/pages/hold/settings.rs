//! The settings of a hold, which are its captain record and its profile.

use std::sync::Arc;

use leptos::prelude::*;

use super::{HoldFrame, for_those, hold_in_address};
use crate::api::hold::settings::{
    HoldSettingsForm, HoldSettingsPage as PageData, HoldSettingsSource,
};
use crate::components::form_token::FormToken;
use crate::components::loaded::loaded;
use crate::{routes, t, t_view};

/// The page.
#[component]
pub(crate) fn HoldSettingsPage() -> impl IntoView {
    let did = hold_in_address();
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn HoldSettingsSource>>();
    source.map(|source| {
        loaded(async move { source.settings(&did).await }, |page| {
            for_those(page, draw)
        })
    })
}

fn draw(page: PageData) -> impl IntoView {
    let did = page.head.did.clone();
    let form = page.form.clone();
    let captaincy = routes::hold_page(&did, "captaincy");
    let transfer = view! { <a href=captaincy>{t!("hold-settings-transfer-link")}</a> };
    view! {
        <HoldFrame head=page.head.clone() section="settings" title=t!("hold-settings-title")>
            <h1 class="sr-only">{t!("hold-settings-title")}</h1>
            <form class="stack hold-settings" method="post" action=routes::hold_page(&did, "settings")>
                <FormToken />
                <Switches form=form.clone() configured=page.configured />
                <Profile form />
                <button class="button" type="submit">
                    {t!("hold-settings-save")}
                </button>
            </form>
            <section aria-labelledby="captaincy">
                <h2 id="captaincy">{t!("hold-settings-captaincy")}</h2>
                <p>{t_view!("hold-settings-transfer", link = transfer)}</p>
            </section>
        </HoldFrame>
    }
}

#[component]
fn Switches(form: HoldSettingsForm, configured: Vec<(&'static str, bool)>) -> impl IntoView {
    let switches = [
        (
            "public",
            form.public,
            t!("hold-settings-public"),
            t!("hold-settings-public-means"),
            "HOLD_PUBLIC",
        ),
        (
            "open_registration",
            form.open_registration,
            t!("hold-settings-open"),
            t!("hold-settings-open-means"),
            "HOLD_ALLOW_ALL_CREW",
        ),
        (
            "bluesky_posts",
            form.bluesky_posts,
            t!("hold-settings-posts"),
            t!("hold-settings-posts-mean"),
            "HOLD_BLUESKY_POSTS",
        ),
    ];
    let rows = switches
        .map(|(name, checked, label, help, setting)| {
            let fixed = configured
                .iter()
                .find(|(configured, _)| *configured == setting);
            let fixed = fixed.map(|(_, value)| {
                let setting = view! { <code>{format!("{setting}={value}")}</code> };
                view! {
                    <span class="switch-fixed">
                        {t_view!("hold-settings-fixed", setting = setting)}
                    </span>
                }
            });
            view! {
                <label class="check switch">
                    <input type="checkbox" name=name value="true" checked=checked />
                    <span>
                        <strong>{label}</strong>
                        <span class="note">{help}</span>
                        {fixed}
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="stack sheet-card">
            <legend class="minor">{t!("hold-settings-access")}</legend>
            {rows}
        </fieldset>
    }
}

#[component]
fn Profile(form: HoldSettingsForm) -> impl IntoView {
    view! {
        <fieldset class="stack sheet-card">
            <legend class="minor">{t!("hold-settings-profile")}</legend>
            <label for="display-name">{t!("hold-settings-name")}</label>
            <input id="display-name" name="display_name" type="text" value=form.display_name maxlength="64" />
            <label for="description">{t!("hold-settings-description")}</label>
            <textarea id="description" name="description" rows="3" maxlength="256">
                {form.description}
            </textarea>
            <label for="region">{t!("hold-settings-region")}</label>
            <input
                id="region"
                name="region"
                type="text"
                value=form.region
                maxlength="64"
                placeholder="eu-central"
                aria-describedby="place-help"
            />
            <label for="provider">{t!("hold-settings-provider")}</label>
            <input
                id="provider"
                name="provider"
                type="text"
                value=form.provider
                maxlength="64"
                placeholder=t!("hold-settings-provider-example")
                aria-describedby="place-help"
            />
            <p class="note" id="place-help">
                {t!("hold-settings-place-means")}
            </p>
        </fieldset>
    }
}
