//! How to get `docker-credential-longshore`, and what to do with it.

use std::sync::Arc;

use leptos::prelude::*;

use crate::api::home::HomePageSource;
use crate::components::layout::page::Page;
use crate::components::pull_command::CommandBlock;
use crate::{routes, t, t_view};

/// The page.
#[component]
pub(crate) fn InstallPage() -> impl IntoView {
    // Absent only while the list of routes is made.
    let host =
        use_context::<Arc<dyn HomePageSource>>().map(|source| source.home_page().registry_host);
    host.map(|host| {
        let program = view! { <code>"docker-credential-longshore"</code> };
        view! {
            <Page title=t!("install-title") description=t!("install-description")>
                <div class="article frame">
                    <h1>{t!("install-title")}</h1>
                    <p class="lead">{t_view!("install-lead", program = program)}</p>
                    <GetIt />
                    <UseIt host />
                    <GoodToKnow />
                </div>
            </Page>
        }
    })
}

#[component]
fn GetIt() -> impl IntoView {
    let folder = view! { <code>"~/.local"</code> };
    let prefix = view! { <code>"PREFIX"</code> };
    view! {
        <h2>{t!("install-get")}</h2>
        <p>{t!("install-get-source")}</p>
        <CommandBlock label=t!("install-get-command") command="make helper".to_owned() />
        <p>{t_view!("install-get-where", folder = folder, prefix = prefix)}</p>
    }
}

#[component]
fn UseIt(host: String) -> impl IntoView {
    view! {
        <h2>{t!("install-log-in")}</h2>
        <CommandBlock
            label=t!("install-log-in-command")
            command=format!("docker-credential-longshore login {host}")
        />
        <p>{t!("install-log-in-browser")}</p>
        <CommandBlock
            label=t!("install-log-in-code-command")
            command=format!("docker-credential-longshore login {host} --device")
        />
        <h2>{t!("install-configure")}</h2>
        <p>{t!("install-configure-words")}</p>
        <CommandBlock
            label=t!("install-configure-command")
            command=format!("docker-credential-longshore configure-docker {host}")
        />
    }
}

#[component]
fn GoodToKnow() -> impl IntoView {
    let switch = view! { <code>"switch"</code> };
    let status = view! { <code>"status"</code> };
    let logout = view! { <code>"logout"</code> };
    let tokens = view! { <a href=routes::SETTINGS_TOKENS>{t!("install-good-end-link")}</a> };
    let token = view! { <a href=routes::SETTINGS_TOKENS>{t!("install-good-ci-link")}</a> };
    view! {
        <h2>{t!("install-good")}</h2>
        <ul class="prose-list">
            <li>{t_view!("install-good-accounts", switch = switch, status = status)}</li>
            <li>{t!("install-good-keychain")}</li>
            <li>{t_view!("install-good-end", link = tokens, logout = logout)}</li>
            <li>{t!("install-good-waits")}</li>
            <li>{t_view!("install-good-ci", link = token)}</li>
            <li>{t!("install-good-public")}</li>
        </ul>
    }
}
