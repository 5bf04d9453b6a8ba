//! The bar at the top: where you are, who you are, and the theme.

use leptos::prelude::*;

use crate::api::viewer::Viewer;
use crate::components::form_token::FormToken;
use crate::components::harbour::Mark;
use crate::components::icon::{Icon, Symbol};
use crate::components::theme_switch::ThemeSwitch;
use crate::{routes, t};

/// The id of what the button of narrow pages opens.
const MENU: &str = "site-menu";

/// The bar at the top of every page.
#[component]
pub(crate) fn Header() -> impl IntoView {
    view! {
        <header class="site-header">
            <div class="frame">
                <a class="wordmark" href=routes::HOME>
                    <Mark />
                    <span>{t!("site-name")}</span>
                </a>
                <form class="site-search" method="get" action=routes::SEARCH role="search" aria-label=t!("layout-search-landmark")>
                    <label class="sr-only" for="site-search">{t!("layout-search-label")}</label>
                    <input
                        id="site-search"
                        name="q"
                        type="search"
                        placeholder=t!("layout-search-placeholder")
                        maxlength="100"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        aria-keyshortcuts="/"
                    />
                    <kbd aria-hidden="true">"/"</kbd>
                </form>
                <Menu />
                <WayIn />
                <button type="button" class="menu-button" popovertarget=MENU aria-label=t!("layout-menu")>
                    <Icon symbol=Symbol::Menu />
                </button>
            </div>
        </header>
    }
}

/// What is in the bar where there is room, and else opens below it: a popover, which needs no script.
#[component]
fn Menu() -> impl IntoView {
    let account = Viewer::current().map(|viewer| {
        view! {
            <nav class="account" aria-label=t!("layout-account-landmark")>
                <a class="account-name" href=routes::SETTINGS title=t!("layout-settings-hint")>
                    {viewer.name().to_owned()}
                </a>
                <form method="post" action=routes::SIGN_OUT>
                    <FormToken />
                    <button type="submit" class="link-button">
                        {t!("layout-sign-out")}
                    </button>
                </form>
            </nav>
        }
    });
    view! {
        <div class="site-menu" id=MENU popover="auto">
            <a class="site-link" href=routes::HOLDS>
                {t!("layout-holds")}
            </a>
            {account}
            <ThemeSwitch legend=t!("theme-legend") system=t!("theme-system") light=t!("theme-light") dark=t!("theme-dark") />
        </div>
    }
}

/// Signing in, for whoever is not.
#[component]
fn WayIn() -> impl IntoView {
    Viewer::current().is_none().then(|| {
        view! {
            <a class="site-link" href=routes::SIGN_IN>
                {t!("layout-sign-in")}
            </a>
        }
    })
}
