//! The lines at the bottom: what this runs on.

use std::sync::Arc;

use leptos::prelude::*;

use crate::api::home::HomePageSource;
use crate::{routes, t};

/// The foot of every page.
#[component]
pub(crate) fn Footer() -> impl IntoView {
    let version = use_context::<Arc<dyn HomePageSource>>().map(|source| source.home_page().version);
    view! {
        <footer class="site-footer">
            <div class="frame">
                <p>{version.map(|version| t!("layout-version", version = version))}</p>
                <ul>
                    <li>
                        <a href=routes::ABOUT>{t!("layout-about")}</a>
                    </li>
                    <li>
                        <a href=routes::PRIVACY>{t!("layout-privacy")}</a>
                    </li>
                    <li>
                        <a href=routes::TERMS>{t!("layout-terms")}</a>
                    </li>
                    <li>
                        <a href=routes::STATUS>{t!("layout-status")}</a>
                    </li>
                </ul>
            </div>
        </footer>
    }
}
