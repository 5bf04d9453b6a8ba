//! A person's settings, which lie in their own repo.

use std::sync::Arc;

use leptos::prelude::*;

use super::SettingsPage;
use crate::api::settings::profile::{
    ProfileOutcome, ProfilePage as ProfilePageData, ProfileSource,
};
use crate::api::viewer::Viewer;
use crate::components::form_token::FormToken;
use crate::components::loaded::from_source;
use crate::routes;

/// The page.
#[component]
pub(crate) fn ProfilePage() -> impl IntoView {
    let viewer = Viewer::current();
    view! {
        <SettingsPage title="Profile" path=routes::SETTINGS>
            {from_source(|source: Arc<dyn ProfileSource>| async move {
                let page = source.profile_page().await;
                view! { <Profile page viewer /> }
            })}
        </SettingsPage>
    }
}

#[component]
fn Profile(page: ProfilePageData, viewer: Option<Viewer>) -> impl IntoView {
    let outcome = page.outcome.map(|outcome| view! { <Outcome outcome /> });
    let form = if page.unreadable {
        view! {
            <p class="problem" role="alert">
                "Your server does not answer at the moment, so your settings cannot be shown. Reload the page in a while."
            </p>
        }
        .into_any()
    } else if page.may_save {
        view! { <ProfileForm page /> }.into_any()
    } else {
        view! { <AskToSave viewer /> }.into_any()
    };
    view! {
        <p>
            "These settings are a record in your own repo, so every registry of this kind that you use finds them there."
        </p>
        {outcome}
        {form}
    }
}

#[component]
fn Outcome(outcome: ProfileOutcome) -> impl IntoView {
    let (class, role, text) = match outcome {
        ProfileOutcome::Saved => ("done", "status", "Saved in your repo."),
        ProfileOutcome::NotAHold => (
            "problem",
            "alert",
            "This is not the DID of a hold, such as did:web:hold.example.com. Nothing was saved.",
        ),
        ProfileOutcome::NotSaved => (
            "problem",
            "alert",
            "Your server did not take the settings. Try again in a while.",
        ),
        ProfileOutcome::TooManyRequests => (
            "problem",
            "alert",
            "Your server has had enough requests for now and asks to wait, so nothing was saved. Try again in a few minutes.",
        ),
        ProfileOutcome::NotAllowed => (
            "problem",
            "alert",
            "What you had allowed Longshore at your server was lost or has ended, so nothing was saved. Allow it once more.",
        ),
        ProfileOutcome::Changed => (
            "problem",
            "alert",
            "Something else changed your settings at the same moment. They are shown as they are now; change them again.",
        ),
    };
    view! {
        <p class=class role=role>
            {text}
        </p>
    }
}

#[component]
fn ProfileForm(page: ProfilePageData) -> impl IntoView {
    view! {
        <form class="stack" method="post" action=routes::SETTINGS>
            <FormToken />
            <label for="default-hold">"Your hold"</label>
            <input
                id="default-hold"
                name="default_hold"
                type="text"
                value=page.default_hold
                placeholder="did:web:hold.example.com"
                autocapitalize="none"
                spellcheck="false"
                maxlength="2048"
                aria-describedby="default-hold-help"
            />
            <p class="note" id="default-hold-help">
                "The DID of the hold that keeps the layers you push. Leave it empty to let the registry choose."
            </p>
            <label class="check">
                <input
                    type="checkbox"
                    name="auto_remove_untagged"
                    value="true"
                    checked=page.auto_remove_untagged
                />
                <span>"Delete a manifest when its last tag moves to another one"</span>
            </label>
            <p>
                <button class="button" type="submit">
                    "Save"
                </button>
            </p>
        </form>
    }
}

/// Leads to the person's server, which asks whether this registry may write the record.
#[component]
fn AskToSave(viewer: Option<Viewer>) -> impl IntoView {
    view! {
        <p>
            "To change them, allow Longshore to write this one record. Your server asks you, and you come back here."
        </p>
        <form method="post" action=routes::SIGN_IN>
            <FormToken />
            <input type="hidden" name="identifier" value=viewer.map(|viewer| viewer.did) />
            <input type="hidden" name="allow" value="settings" />
            <input type="hidden" name="return_to" value=routes::SETTINGS />
            <button class="button" type="submit">
                "Allow it at your server"
            </button>
        </form>
    }
}
