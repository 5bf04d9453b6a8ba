//! The settings of a hold, which are its captain record and its profile.

use std::sync::Arc;

use leptos::prelude::*;

use super::{HoldFrame, for_those, hold_in_address};
use crate::api::hold::settings::{
    HoldSettingsForm, HoldSettingsPage as PageData, HoldSettingsSource,
};
use crate::components::form_token::FormToken;
use crate::components::loaded::loaded;
use crate::routes;

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
    view! {
        <HoldFrame head=page.head.clone() section="settings" title="Settings">
            <h1 class="sr-only">"Settings"</h1>
            <form class="stack hold-settings" method="post" action=routes::hold_page(&did, "settings")>
                <FormToken />
                <Switches form=form.clone() configured=page.configured />
                <Profile form />
                <button class="button" type="submit">
                    "Save"
                </button>
            </form>
            <section aria-labelledby="captaincy">
                <h2 id="captaincy">"Captaincy"</h2>
                <p>
                    <a href=routes::hold_page(&did, "captaincy")>"Transfer the captaincy"</a>
                    " to a member of the crew, who has to accept it."
                </p>
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
            "Public",
            "Everybody may pull, without an account. Writing is never public.",
            "HOLD_PUBLIC",
        ),
        (
            "open_registration",
            form.open_registration,
            "Open registration",
            "Everybody with an account may join the crew, with the default quota.",
            "HOLD_ALLOW_ALL_CREW",
        ),
        (
            "bluesky_posts",
            form.bluesky_posts,
            "Announce pushes",
            "The hold posts about each tagged push, on its own Bluesky profile.",
            "HOLD_BLUESKY_POSTS",
        ),
    ];
    let rows = switches
        .map(|(name, checked, label, help, setting)| {
            let fixed = configured
                .iter()
                .find(|(configured, _)| *configured == setting);
            let fixed = fixed.map(|(_, value)| {
                view! {
                    <span class="switch-fixed">
                        "The configuration says " <code>{format!("{setting}={value}")}</code>
                        " and wins at the next start. To keep another choice, change it there too."
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
            <legend class="minor">"Who may do what"</legend>
            {rows}
        </fieldset>
    }
}

#[component]
fn Profile(form: HoldSettingsForm) -> impl IntoView {
    view! {
        <fieldset class="stack sheet-card">
            <legend class="minor">"What everybody sees"</legend>
            <label for="display-name">"Name"</label>
            <input id="display-name" name="display_name" type="text" value=form.display_name maxlength="64" />
            <label for="description">"Description"</label>
            <textarea id="description" name="description" rows="3" maxlength="256">
                {form.description}
            </textarea>
            <label for="region">"Region"</label>
            <input
                id="region"
                name="region"
                type="text"
                value=form.region
                maxlength="64"
                placeholder="eu-central"
                aria-describedby="place-help"
            />
            <label for="provider">"Provider"</label>
            <input
                id="provider"
                name="provider"
                type="text"
                value=form.provider
                maxlength="64"
                placeholder="My own server"
                aria-describedby="place-help"
            />
            <p class="note" id="place-help">
                "Where the blobs are, and with whom, in your words. Public, like everything on this card; leave empty what you do not want to say."
            </p>
        </fieldset>
    }
}
