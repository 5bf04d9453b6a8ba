//! A person's own settings: the frame that these pages share, and one file per page.

pub(crate) mod data;
pub(crate) mod profile;
pub(crate) mod quota;
pub(crate) mod sessions;
pub(crate) mod tokens;

use leptos::prelude::*;

use crate::components::layout::page::Page;
use crate::{routes, t};

/// Every settings page, as the list beside them shows it.
fn sections() -> [(&'static str, &'static str); 5] {
    [
        (routes::SETTINGS, t!("settings-profile")),
        (routes::SETTINGS_SESSIONS, t!("settings-sessions")),
        (routes::SETTINGS_TOKENS, t!("settings-tokens")),
        (routes::SETTINGS_QUOTA, t!("settings-quota")),
        (routes::SETTINGS_DATA, t!("settings-data")),
    ]
}

/// A settings page with the list of all of them. `path` is its own.
#[component]
pub(crate) fn SettingsPage(
    title: &'static str,
    path: &'static str,
    children: Children,
) -> impl IntoView {
    let sections = sections()
        .into_iter()
        .map(|(section, name)| {
            let current = (section == path).then_some("page");
            view! {
                <li>
                    <a href=section aria-current=current>
                        {name}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <Page title=title description=t!("settings-about")>
            <div class="settings frame">
                <nav class="settings-sections" aria-label=t!("settings-landmark")>
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
