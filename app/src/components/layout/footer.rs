//! The lines at the bottom: what this runs on.

use std::sync::Arc;

use leptos::prelude::*;

use crate::api::home::HomePageSource;

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
                        <a href="https://atproto.com/guides/overview">"AT Protocol"</a>
                    </li>
                    <li>
                        <a href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md">
                            "OCI distribution"
                        </a>
                    </li>
                </ul>
            </div>
        </footer>
    }
}
