//! The bar at the top: where you are, and the theme.

use leptos::prelude::*;

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
                    />
                </form>
                <ThemeSwitch />
            </div>
        </header>
    }
}
