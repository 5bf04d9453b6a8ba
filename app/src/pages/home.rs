//! What Longshore is, and the exact commands to use this server.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;

use crate::api::home::{
    FirstPush as FirstPushData, FirstPushSource, HoldSummary, HomePage as HomePageData,
    HomePageSource, NewestPush, RecentSource,
};
use crate::api::person::RepositoryCard;
use crate::api::viewer::Viewer;
use crate::commands::{Client, commands, namespace};
use crate::components::harbour::HarbourScene;
use crate::components::icon::{Icon, Symbol};
use crate::components::layout::page::Page;
use crate::components::pull_command::CommandBlock;
use crate::components::values::When;
use crate::components::watch::Watch;
use crate::pages::person::RepositoryRow;
use crate::routes;

/// The part of the page that turns green.
const FIRST_PUSH: &str = "first-push";

/// The start page.
#[component]
pub(crate) fn HomePage() -> impl IntoView {
    // Absent only while the list of routes is made.
    let page = use_context::<Arc<dyn HomePageSource>>().map(|source| source.home_page());
    page.map(|mut page| {
        if let Some(viewer) = Viewer::current() {
            page.example_handle = Some(viewer.namespace);
        }
        view! {
            <Page
                title=""
                description="A container registry on the AT Protocol: push images under the handle you already have."
            >
                <Hero namespace=namespace(&page) />
                <Start page=page.clone() />
                <Recent />
                <WhereThingsLie page />
            </Page>
        }
    })
}

#[component]
fn Hero(namespace: String) -> impl IntoView {
    view! {
        <section class="hero">
            <div class="frame">
            <div class="hero-words">
                <p class="eyebrow">"Container registry on the AT Protocol"</p>
                <h1>"Ship images under your own name"</h1>
                <p class="lead">
                    "Longshore is a container registry where the handle you already have is your namespace.
                    Push with the tools you already use."
                </p>
                <p>
                    "Every manifest and tag becomes a signed record in your own repo, at the server that hosts
                    your account. The layers lie in a hold, a store that anybody can run on a disk or a bucket.
                    What you publish stays yours, and everyone can check that it came from you."
                </p>
                <p class="namespace">
                    <span>"Your images are named"</span>
                    <code>{namespace} "/" <em>"repository"</em></code>
                </p>
                <p>
                    <a class="button" href="#start">
                        "Push your first image"
                    </a>
                </p>
            </div>
            <HarbourScene />
            </div>
        </section>
    }
}

/// The commands, one tool at a time where the style sheet can hide the others, else all of them.
#[component]
fn Start(page: HomePageData) -> impl IntoView {
    let choices = Client::ALL
        .map(|client| {
            let name = client.name();
            view! {
                <label class=format!("tool-choice tool-{name}")>
                    <input type="radio" name="tool" value=name checked=client == Client::Docker />
                    <span>{name}</span>
                </label>
            }
        })
        .collect_view();
    let panels = Client::ALL
        .map(|client| view! { <ToolPanel client page=page.clone() /> })
        .collect_view();
    view! {
        <section class="start" id="start" aria-labelledby="start-title">
            <div class="frame">
                <h2 id="start-title">"Push, then pull"</h2>
                <p class="lead">
                    "You log in with your handle and an app password: a second password for programs, which you
                    can revoke at any time. Never give your account's own password."
                </p>
                <p>
                    "On Bluesky you make one under "
                    <a href="https://bsky.app/settings/app-passwords">"Settings, App passwords"</a>
                    "; other hosts have the same page in their account settings."
                </p>
                <p>
                    "Without any password: " <a href=routes::INSTALL>"log in through your browser"</a>
                    " with a small program that docker asks, and "
                    <a href=routes::SETTINGS_TOKENS>"make access tokens"</a> " for CI."
                </p>
                <div class="tools">
                    <fieldset class="tool-choices">
                        <legend>"Your tool"</legend>
                        {choices}
                    </fieldset>
                    {panels}
                </div>
                <FirstPush />
            </div>
        </section>
    }
}

/// Whether the viewer's first push has arrived. It turns green by itself when it does.
#[component]
fn FirstPush() -> impl IntoView {
    let Some(source) = use_context::<Arc<dyn FirstPushSource>>() else {
        return view! {
            <p class="first-push">
                <span>
                    <a href=routes::with_query(routes::SIGN_IN, &[("return_to", routes::HOME)])>"Sign in"</a>
                    " and these commands have your handle in them, and this page tells you when your first push arrives."
                </span>
            </p>
        }
        .into_any();
    };
    Suspend::new(async move {
        // Without an answer the page stands as it is.
        let first = source.first_push().await;
        first.map(|first| OwnedView::new(view! { <FirstPushState first /> }))
    })
    .into_any()
}

#[component]
fn FirstPushState(first: FirstPushData) -> impl IntoView {
    if let Some(newest) = first.newest {
        return view! { <Arrived newest /> }.into_any();
    }
    view! {
        // It stays while what is in it is replaced, so that the news is read aloud.
        <div role="status">
            <div id=FIRST_PUSH class="first-push">
                <span class="first-push-light" aria-hidden="true"></span>
                <p>
                    "Waiting for your first push. "
                    <span class="with-script">"This turns green by itself when it arrives."</span>
                    <span class="without-script">"Load this page again after it."</span>
                </p>
            </div>
        </div>
        <Watch
            url=routes::FIRST_PUSH.to_owned()
            region=FIRST_PUSH.to_owned()
            state=FirstPushData::NOT_YET.to_owned()
            millis=3000
        />
    }
    .into_any()
}

#[component]
fn Arrived(newest: NewestPush) -> impl IntoView {
    let NewestPush {
        name,
        tag,
        pushed_at,
    } = newest;
    view! {
        <div id=FIRST_PUSH class="first-push is-there">
            <Icon symbol=Symbol::Check />
            <p>
                "It arrived: " <a href=routes::image(&name, &tag)>{format!("{name}:{tag}")}</a> ", pushed "
                <When moment=pushed_at /> "."
            </p>
        </div>
    }
}

/// Finding images, and what everybody may see of what was pushed last.
#[component]
fn Recent() -> impl IntoView {
    let list = use_context::<Arc<dyn RecentSource>>().map(|source| {
        Suspend::new(async move {
            let repositories = source.recently_pushed().await;
            repositories.map(|repositories| OwnedView::new(view! { <RecentList repositories /> }))
        })
    });
    view! {
        <section class="recent frame" aria-labelledby="recent-title">
            <h2 id="recent-title">"Find images"</h2>
            <form class="find" method="get" action=routes::SEARCH role="search" aria-label="Images">
                <label class="sr-only" for="find">"Name, owner or description"</label>
                <input
                    id="find"
                    name="q"
                    type="search"
                    placeholder="Name, owner or description"
                    maxlength="100"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                />
                <button class="button" type="submit">
                    "Search"
                </button>
            </form>
            {list}
        </section>
    }
}

#[component]
fn RecentList(repositories: Vec<RepositoryCard>) -> impl IntoView {
    if repositories.is_empty() {
        return view! {
            <section class="empty">
                <h3>"Nothing has been pushed yet"</h3>
                <p>"The first push that everybody may see makes the first line here, a few seconds later."</p>
                <p>
                    <a class="button" href="#start">
                        "How to push"
                    </a>
                </p>
            </section>
        }
        .into_any();
    }
    let rows = repositories
        .into_iter()
        .map(|card| view! { <RepositoryRow card show_owner=true /> })
        .collect_view();
    view! {
        <div class="section-head">
            <h3 class="minor" id="recently-pushed">"Recently pushed"</h3>
            <a href=routes::SEARCH>"All repositories"</a>
        </div>
        <ul class="repository-list" aria-labelledby="recently-pushed">{rows}</ul>
    }
    .into_any()
}

#[component]
fn ToolPanel(client: Client, page: HomePageData) -> impl IntoView {
    let name = client.name();
    let commands = commands(client, &page);
    let note = match client {
        Client::Docker if page.plain_http => Some(
            "This server speaks plain HTTP. Docker accepts that on the same machine; from another one, \
             list the server under insecure-registries in Docker's configuration.",
        ),
        Client::Crane => {
            Some("crane reads the app password from standard input: type it, then press Ctrl-D.")
        }
        _ => None,
    };
    view! {
        <section class=format!("tool-panel panel-{name}") aria-label=format!("Commands for {name}")>
            <h3>{name}</h3>
            <CommandBlock label="Log in" command=commands.log_in />
            <CommandBlock label="Push" command=commands.push />
            <CommandBlock label="Pull" command=commands.pull />
            {note.map(|note| view! { <p class="note">{note}</p> })}
        </section>
    }
}

#[component]
fn WhereThingsLie(page: HomePageData) -> impl IntoView {
    let hold = page.hold.map_or_else(
        || {
            view! {
                <p>"The layers lie in a hold. This server has none of its own yet, so it cannot take pushes."</p>
            }
            .into_any()
        },
        |hold| view! { <HoldFacts hold /> }.into_any(),
    );
    view! {
        <section class="places frame" aria-labelledby="places-title">
            <h2 id="places-title">"Where everything is kept"</h2>
            <ul class="cards">
                <li class="card card-repo">
                    <h3>"Manifests and tags"</h3>
                    <p>
                        "Records in your own repo, signed with your account's key. They move with you when you
                        change your host, and you can read them with any AT Protocol tool."
                    </p>
                </li>
                <li class="card card-hold">
                    <h3>"Layers"</h3>
                    {hold}
                </li>
                <li class="card card-registry">
                    <h3>"This registry"</h3>
                    <p>
                        <code>{page.registry_host}</code>
                        " speaks the OCI distribution protocol to your tools. Its own list of images is a cache
                        that can be rebuilt from repos and holds."
                    </p>
                </li>
            </ul>
        </section>
    }
}

#[component]
fn HoldFacts(hold: HoldSummary) -> impl IntoView {
    let pulls = if hold.public {
        "anyone, without an account"
    } else {
        "after logging in"
    };
    view! {
        <p>"Blobs in this hold, stored by their digest and checked before anyone can see them."</p>
        <dl>
            <dt>"Hold"</dt>
            <dd>{hold.name}</dd>
            <dt>"Captain"</dt>
            <dd>{hold.captain}</dd>
            <dt>"Who may pull"</dt>
            <dd>{pulls}</dd>
        </dl>
    }
}
