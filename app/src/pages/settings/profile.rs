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
use crate::{routes, t};

/// The page.
#[component]
pub(crate) fn ProfilePage() -> impl IntoView {
    let viewer = Viewer::current();
    view! {
        <SettingsPage title=t!("settings-profile") path=routes::SETTINGS>
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
                {t!("profile-unreadable")}
            </p>
        }
        .into_any()
    } else if page.may_save {
        view! { <ProfileForm page /> }.into_any()
    } else {
        view! { <AskToSave viewer /> }.into_any()
    };
    view! {
        <p>{t!("profile-what")}</p>
        {outcome}
        {form}
    }
}

#[component]
fn Outcome(outcome: ProfileOutcome) -> impl IntoView {
    let (class, role, text) = match outcome {
        ProfileOutcome::Saved => ("done", "status", t!("profile-saved")),
        ProfileOutcome::NotAHold => ("problem", "alert", t!("profile-not-a-hold")),
        ProfileOutcome::NotSaved => ("problem", "alert", t!("profile-not-saved")),
        ProfileOutcome::TooManyRequests => ("problem", "alert", t!("profile-too-many-requests")),
        ProfileOutcome::NotAllowed => ("problem", "alert", t!("profile-not-allowed")),
        ProfileOutcome::Changed => ("problem", "alert", t!("profile-changed")),
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
            <label for="default-hold">{t!("profile-hold")}</label>
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
                {t!("profile-hold-help")}
            </p>
            <label class="check">
                <input
                    type="checkbox"
                    name="auto_remove_untagged"
                    value="true"
                    checked=page.auto_remove_untagged
                />
                <span>{t!("profile-auto-remove")}</span>
            </label>
            <p>
                <button class="button" type="submit">
                    {t!("profile-save")}
                </button>
            </p>
        </form>
    }
}

/// Leads to the person's server, which asks whether this registry may write the record.
#[component]
fn AskToSave(viewer: Option<Viewer>) -> impl IntoView {
    view! {
        <p>{t!("profile-ask")}</p>
        <form method="post" action=routes::SIGN_IN>
            <FormToken />
            <input type="hidden" name="identifier" value=viewer.map(|viewer| viewer.did) />
            <input type="hidden" name="allow" value="settings" />
            <input type="hidden" name="return_to" value=routes::SETTINGS />
            <button class="button" type="submit">
                {t!("profile-allow")}
            </button>
        </form>
    }
}
