//! A person's own settings: the frame that these pages share, and one file per page.

pub(crate) mod data;
pub(crate) mod profile;
pub(crate) mod quota;
pub(crate) mod sessions;
pub(crate) mod tokens;

use leptos::prelude::*;

use crate::components::layout::page::Page;
use crate::routes;

/// Every settings page, as the list beside them shows it.
const SECTIONS: &[(&str, &str)] = &[
    (routes::SETTINGS, "Profile"),
    (routes::SETTINGS_SESSIONS, "Sessions and devices"),
    (routes::SETTINGS_TOKENS, "Access tokens"),
    (routes::SETTINGS_QUOTA, "My quota"),
    (routes::SETTINGS_DATA, "Your data"),
];

/// A settings page with the list of all of them. `path` is its own.
#[component]
pub(crate) fn SettingsPage(
    title: &'static str,
    path: &'static str,
    children: Children,
) -> impl IntoView {
    let sections = SECTIONS
        .iter()
        .map(|(section, name)| {
            let current = (*section == path).then_some("page");
            view! {
                <li>
                    <a href=*section aria-current=current>
                        {*name}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <Page title=title description="Your settings on this registry.">
            <div class="settings frame">
                <nav class="settings-sections" aria-label="Settings">
                    <ul>{sections}</ul>
                </nav>
                <section class="settings-page">
                    <h1 class="settings-title">{title}</h1>
                    {children()}
                </section>
            </div>
        </Page>
    }
}
