//! Where a person is signed in, and the way to end it.

use std::sync::Arc;

use leptos::prelude::*;

use super::SettingsPage;
use super::tokens::TokenList;
use crate::api::settings::sessions::{SessionsSource, SignedInBrowser};
use crate::api::settings::tokens::{ListedToken, TokensSource};
use crate::components::form_token::FormToken;
use crate::components::loaded::from_source;
use crate::routes;

/// The page.
#[component]
pub(crate) fn SessionsPage() -> impl IntoView {
    view! {
        <SettingsPage title="Sessions and devices" path=routes::SETTINGS_SESSIONS>
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
                "Done. Nothing but this browser acts for you here any more."
            </p>
        }
    })
}

/// What to press when something is lost, or was never one's own.
#[component]
fn EndOthers() -> impl IntoView {
    view! {
        <h2 class="minor">"Everything at once"</h2>
        <p>
            "Lost a laptop, or see something here that is not yours? This signs out every other browser and revokes every
            device and access token. Docker logins with an app password end too; revoke the app password at your own
            server as well, or it opens them again."
        </p>
        <form method="post" action=routes::SETTINGS_SESSIONS>
            <FormToken />
            <button class="button button-danger" type="submit" name="end_others" value="1">
                "End everything except this browser"
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
                        "Revoke all"
                    </button>
                </form>
            }
        });
    view! {
        <h2 class="minor">"Devices and access tokens"</h2>
        <p>
            "Computers that are logged in with docker, and tokens of CI. One that is revoked opens nothing from its next
            request on."
        </p>
        <TokenList tokens />
        {revoke_all}
    }
}

#[component]
fn Browsers(browsers: Option<Vec<SignedInBrowser>>) -> impl IntoView {
    let Some(browsers) = browsers else {
        return view! {
            <p class="problem" role="alert">
                "Your sessions cannot be looked up at the moment. Reload the page in a while."
            </p>
        }
        .into_any();
    };
    let rows = browsers
        .into_iter()
        .map(|browser| view! { <Browser browser /> })
        .collect_view();
    view! {
        <h2 class="minor">"Browsers"</h2>
        <p>"Signing one out takes effect with its next request."</p>
        <ul class="rows">{rows}</ul>
        <form method="post" action=routes::SETTINGS_SESSIONS>
            <FormToken />
            <button class="button button-danger" type="submit" name="end_all" value="1">
                "Sign out everywhere"
            </button>
        </form>
    }
    .into_any()
}

#[component]
fn Browser(browser: SignedInBrowser) -> impl IntoView {
    let label = format!("Sign out {}", browser.browser);
    let network = browser.network.map(|network| format!(" from {network}"));
    view! {
        <li class="row">
            <div>
                <p class="row-title">
                    {browser.browser}
                    {browser.is_this_one.then(|| view! { <span class="badge">"This browser"</span> })}
                </p>
                <p class="note">"Signed in " {browser.signed_in} {network} ", last used " {browser.last_used}</p>
            </div>
            <form method="post" action=routes::SETTINGS_SESSIONS>
                <FormToken />
                <button class="link-button" type="submit" name="end" value=browser.id aria-label=label>
                    "Sign out"
                </button>
            </form>
        </li>
    }
}
