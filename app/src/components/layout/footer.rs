//! The lines at the bottom: what this runs on.

use std::sync::Arc;

use leptos::prelude::*;

use crate::api::home::HomePageSource;
use crate::routes;

/// The foot of every page.
#[component]
pub(crate) fn Footer() -> impl IntoView {
    let version = use_context::<Arc<dyn HomePageSource>>().map(|source| source.home_page().version);
    view! {
        <footer class="site-footer">
            <div class="frame">
                <p>"Longshore " {version}</p>
                <ul>
                    <li>
                        <a href=routes::ABOUT>"About"</a>
                    </li>
                    <li>
                        <a href=routes::PRIVACY>"Privacy"</a>
                    </li>
                    <li>
                        <a href=routes::TERMS>"Terms"</a>
                    </li>
                    <li>
                        <a href=routes::STATUS>"Status"</a>
                    </li>
                </ul>
            </div>
        </footer>
    }
}
