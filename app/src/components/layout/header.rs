//! The bar at the top: where you are, who you are, and the theme.

use leptos::prelude::*;

use crate::api::viewer::Viewer;
use crate::components::form_token::FormToken;
use crate::components::harbour::Mark;
use crate::components::theme_switch::ThemeSwitch;
use crate::routes;

/// The bar at the top of every page.
#[component]
pub(crate) fn Header() -> impl IntoView {
    view! {
        <header class="site-header">
            <div class="frame">
                <a class="wordmark" href=routes::HOME>
                    <Mark />
                    <span>"Longshore"</span>
                </a>
                <form class="site-search" method="get" action=routes::SEARCH role="search" aria-label="All repositories">
                    <label class="sr-only" for="site-search">"Search repositories"</label>
                    <input
                        id="site-search"
                        name="q"
                        type="search"
                        placeholder="Search"
                        maxlength="100"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        aria-keyshortcuts="/"
                    />
                    <kbd aria-hidden="true">"/"</kbd>
                </form>
                <div class="site-header-end">
                    <Account />
                    <ThemeSwitch />
                </div>
            </div>
        </header>
    }
}

/// The account that is signed in with the way out, or the way in.
#[component]
fn Account() -> impl IntoView {
    match Viewer::current() {
        Some(viewer) => view! {
            <nav class="account" aria-label="Your account">
                <a class="account-name" href=routes::SETTINGS title="Your settings">
                    {viewer.name().to_owned()}
                </a>
                <form method="post" action=routes::SIGN_OUT>
                    <FormToken />
                    <button type="submit" class="link-button">
                        "Sign out"
                    </button>
                </form>
            </nav>
        }
        .into_any(),
        None => view! {
            <nav class="account" aria-label="Your account">
                <a href=routes::SIGN_IN>"Sign in"</a>
            </nav>
        }
        .into_any(),
    }
}
