//! How to get `docker-credential-longshore`, and what to do with it.

use std::sync::Arc;

use leptos::prelude::*;

use crate::api::home::HomePageSource;
use crate::components::layout::page::Page;
use crate::components::pull_command::CommandBlock;
use crate::routes;

/// The page.
#[component]
pub(crate) fn InstallPage() -> impl IntoView {
    // Absent only while the list of routes is made.
    let host =
        use_context::<Arc<dyn HomePageSource>>().map(|source| source.home_page().registry_host);
    host.map(|host| {
        view! {
            <Page
                title="Log in with docker"
                description="docker-credential-longshore logs docker, podman and skopeo in through your browser."
            >
                <div class="article frame">
                    <h1>"Log in with docker"</h1>
                    <p class="lead">
                        "One small program, " <code>"docker-credential-longshore"</code>
                        ", logs docker, podman, buildah and skopeo in through your browser. No password, and nothing to
                        paste."
                    </p>
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
    view! {
        <h2>"1. Get it"</h2>
        <p>"In the source of this registry, with Rust installed:"</p>
        <CommandBlock label="Build and install" command="make helper".to_owned() />
        <p>
            "It goes into " <code>"~/.local"</code> ", or wherever " <code>"PREFIX"</code>
            " says, with its manual page and completion for bash, zsh and fish. On Linux it is one file that needs no
            library of the system: copy it to machines without a compiler as it is."
        </p>
    }
}

#[component]
fn UseIt(host: String) -> impl IntoView {
    view! {
        <h2>"2. Log in"</h2>
        <CommandBlock
            label="Log in through the browser"
            command=format!("docker-credential-longshore login {host}")
        />
        <p>
            "Your browser opens a page of this registry, which says what asks; you approve, and the terminal goes on. On
            a server without a browser, you see a code to type on any other computer:"
        </p>
        <CommandBlock
            label="Log in by a code"
            command=format!("docker-credential-longshore login {host} --device")
        />
        <h2>"3. Tell docker"</h2>
        <p>"Once. It adds one line to docker's configuration, which podman and skopeo read as well."</p>
        <CommandBlock
            label="Configure docker"
            command=format!("docker-credential-longshore configure-docker {host}")
        />
    }
}

#[component]
fn GoodToKnow() -> impl IntoView {
    view! {
        <h2>"Good to know"</h2>
        <ul class="prose-list">
            <li>
                "Several accounts: log in again as another one. The right one is chosen by the image's name; "
                <code>"switch"</code> " says which is used where the name does not tell, and " <code>"status"</code>
                " lists them."
            </li>
            <li>
                "The login is kept in your system's keychain where docker's own program for it is installed, otherwise
                in a file that only you can read; you are told which."
            </li>
            <li>
                "Each computer has a login of its own, which you see and end under "
                <a href=routes::SETTINGS_TOKENS>"Access tokens"</a> ", or with " <code>"logout"</code> "."
            </li>
            <li>
                "A push never waits for a login: without one it fails at once and says so."
            </li>
            <li>
                "For CI and clusters, make an " <a href=routes::SETTINGS_TOKENS>"access token"</a> "."
            </li>
            <li>"To pull public images, you need none of this."</li>
        </ul>
    }
}
