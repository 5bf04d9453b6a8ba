//! Where a person is signed in, and the way to end it.

use std::sync::Arc;

use leptos::prelude::*;

use super::SettingsPage;
use super::tokens::TokenList;
use crate::api::settings::sessions::{SessionsSource, SignedInBrowser};
use crate::api::settings::tokens::{ListedToken, TokensSource};
use crate::components::form_token::FormToken;
use crate::components::loaded::from_source;
use crate::{routes, t};

/// The page.
#[component]
pub(crate) fn SessionsPage() -> impl IntoView {
    view! {
        <SettingsPage title=t!("settings-sessions") path=routes::SETTINGS_SESSIONS>
            {from_source(|sessions: Arc<dyn SessionsSource>| async move {
                let page = sessions.sessions_page().await;
                view! {
                    <Ended is_shown=page.has_ended_others />
                    <Browsers browsers=page.browsers />
                }
            })}
            {from_source(|tokens: Arc<dyn TokensSource>| async move {
                let tokens = tokens.tokens_page().await.tokens;
                view! { <Devices tokens /> }
            })}
            <EndOthers />
        </SettingsPage>
    }
}

#[component]
fn Ended(is_shown: bool) -> impl IntoView {
    is_shown.then(|| {
        view! {
            <p class="done" role="status">
                {t!("sessions-ended")}
            </p>
        }
    })
}

/// What to press when something is lost, or was never one's own.
#[component]
fn EndOthers() -> impl IntoView {
    view! {
        <h2 class="minor">{t!("sessions-end")}</h2>
        <p>{t!("sessions-end-what")}</p>
        <form method="post" action=routes::SETTINGS_SESSIONS>
            <FormToken />
            <button class="button button-danger" type="submit" name="end_others" value="1">
                {t!("sessions-end-others")}
            </button>
        </form>
    }
}

/// What acts for the person without a browser.
#[component]
fn Devices(tokens: Option<Vec<ListedToken>>) -> impl IntoView {
    let revoke_all = tokens
        .as_ref()
        .is_some_and(|tokens| !tokens.is_empty())
        .then(|| {
            view! {
                <form method="post" action=routes::SETTINGS_TOKENS>
                    <FormToken />
                    <button class="button button-danger" type="submit" name="revoke_all" value="1">
                        {t!("sessions-revoke-all")}
                    </button>
                </form>
            }
        });
    view! {
        <h2 class="minor">{t!("sessions-devices")}</h2>
        <p>{t!("sessions-devices-what")}</p>
        <TokenList tokens />
        {revoke_all}
    }
}

#[component]
fn Browsers(browsers: Option<Vec<SignedInBrowser>>) -> impl IntoView {
    let Some(browsers) = browsers else {
        return view! {
            <p class="problem" role="alert">
                {t!("sessions-unknown")}
            </p>
        }
        .into_any();
    };
    let rows = browsers
        .into_iter()
        .map(|browser| view! { <Browser browser /> })
        .collect_view();
    view! {
        <h2 class="minor">{t!("sessions-browsers")}</h2>
        <p>{t!("sessions-browsers-what")}</p>
        <ul class="rows">{rows}</ul>
        <form method="post" action=routes::SETTINGS_SESSIONS>
            <FormToken />
            <button class="button button-danger" type="submit" name="end_all" value="1">
                {t!("sessions-sign-out-everywhere")}
            </button>
        </form>
    }
    .into_any()
}

#[component]
fn Browser(browser: SignedInBrowser) -> impl IntoView {
    let label = t!("sessions-sign-out-label", browser = browser.browser.clone());
    let times = match browser.network {
        Some(network) => t!(
            "sessions-times-network",
            signed_in = browser.signed_in,
            network = network,
            last_used = browser.last_used
        ),
        None => t!(
            "sessions-times",
            signed_in = browser.signed_in,
            last_used = browser.last_used
        ),
    };
    view! {
        <li class="row">
            <div>
                <p class="row-title">
                    {browser.browser}
                    {browser.is_this_one.then(|| view! { <span class="badge">{t!("sessions-this-browser")}</span> })}
                </p>
                <p class="note">{times}</p>
            </div>
            <form method="post" action=routes::SETTINGS_SESSIONS>
                <FormToken />
                <button class="link-button" type="submit" name="end" value=browser.id aria-label=label>
                    {t!("sessions-sign-out")}
                </button>
            </form>
        </li>
    }
}
