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
use crate::{routes, t, t_view};

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
            <Page title="" description=t!("home-description")>
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
                <p class="eyebrow">{t!("home-eyebrow")}</p>
                <h1>{t!("home-title")}</h1>
                <p class="lead">{t!("home-lead")}</p>
                <p>{t!("home-about")}</p>
                <p class="namespace">
                    <span>{t!("home-namespace")}</span>
                    <code>{namespace} "/" <em>{t!("home-namespace-repository")}</em></code>
                </p>
                <p>
                    <a class="button" href="#start">
                        {t!("home-start")}
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
    let app_passwords = view! {
        <a href="https://bsky.app/settings/app-passwords">{t!("home-password-where-link")}</a>
    };
    let helper = view! { <a href=routes::INSTALL>{t!("home-no-password-helper-link")}</a> };
    let tokens = view! { <a href=routes::SETTINGS_TOKENS>{t!("home-no-password-tokens-link")}</a> };
    view! {
        <section class="start" id="start" aria-labelledby="start-title">
            <div class="frame">
                <h2 id="start-title">{t!("home-commands")}</h2>
                <p class="lead">{t!("home-password")}</p>
                <p>{t_view!("home-password-where", link = app_passwords)}</p>
                <p>{t_view!("home-no-password", helper = helper, tokens = tokens)}</p>
                <div class="tools">
                    <fieldset class="tool-choices">
                        <legend>{t!("home-tool")}</legend>
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
        let sign_in = routes::with_query(routes::SIGN_IN, &[("return_to", routes::HOME)]);
        let link = view! { <a href=sign_in>{t!("home-first-push-sign-in-link")}</a> };
        return view! {
            <p class="first-push">
                <span>{t_view!("home-first-push-sign-in", link = link)}</span>
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
                    {t!("home-first-push-waiting")} " "
                    <span class="with-script">{t!("home-first-push-with-script")}</span>
                    <span class="without-script">{t!("home-first-push-without-script")}</span>
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
    let image = view! { <a href=routes::image(&name, &tag)>{format!("{name}:{tag}")}</a> };
    let when = view! { <When moment=pushed_at /> };
    view! {
        <div id=FIRST_PUSH class="first-push is-there">
            <Icon symbol=Symbol::Check />
            <p>{t_view!("home-first-push-arrived", image = image, when = when)}</p>
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
            <h2 id="recent-title">{t!("home-find")}</h2>
            <form class="find" method="get" action=routes::SEARCH role="search" aria-label=t!("home-find-landmark")>
                <label class="sr-only" for="find">{t!("search-words")}</label>
                <input
                    id="find"
                    name="q"
                    type="search"
                    placeholder=t!("search-words")
                    maxlength="100"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                />
                <button class="button" type="submit">
                    {t!("search-submit")}
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
                <h3>{t!("search-empty")}</h3>
                <p>{t!("home-recent-none")}</p>
                <p>
                    <a class="button" href="#start">
                        {t!("search-empty-push")}
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
            <h3 class="minor" id="recently-pushed">{t!("home-recent")}</h3>
            <a href=routes::SEARCH>{t!("home-recent-all")}</a>
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
        Client::Docker if page.plain_http => Some(t!("home-note-plain-http")),
        Client::Crane => Some(t!("home-note-crane")),
        _ => None,
    };
    view! {
        <section class=format!("tool-panel panel-{name}") aria-label=t!("home-commands-for", tool = name)>
            <h3>{name}</h3>
            <CommandBlock label=t!("home-log-in") command=commands.log_in />
            <CommandBlock label=t!("home-push") command=commands.push />
            <CommandBlock label=t!("home-pull") command=commands.pull />
            {note.map(|note| view! { <p class="note">{note}</p> })}
        </section>
    }
}

#[component]
fn WhereThingsLie(page: HomePageData) -> impl IntoView {
    let hold = page.hold.map_or_else(
        || view! { <p>{t!("home-place-hold-none")}</p> }.into_any(),
        |hold| view! { <HoldFacts hold /> }.into_any(),
    );
    let host = view! { <code>{page.registry_host}</code> };
    view! {
        <section class="places frame" aria-labelledby="places-title">
            <h2 id="places-title">{t!("home-places")}</h2>
            <ul class="cards">
                <li class="card card-repo">
                    <h3>{t!("home-place-repo")}</h3>
                    <p>{t!("home-place-repo-words")}</p>
                </li>
                <li class="card card-hold">
                    <h3>{t!("home-place-hold")}</h3>
                    {hold}
                </li>
                <li class="card card-registry">
                    <h3>{t!("home-place-registry")}</h3>
                    <p>{t_view!("home-place-registry-words", host = host)}</p>
                </li>
            </ul>
        </section>
    }
}

#[component]
fn HoldFacts(hold: HoldSummary) -> impl IntoView {
    let pulls = if hold.public {
        t!("home-hold-pull-anyone")
    } else {
        t!("home-hold-pull-account")
    };
    view! {
        <p>{t!("home-place-hold-words")}</p>
        <dl>
            <dt>{t!("home-hold")}</dt>
            <dd>{hold.name}</dd>
            <dt>{t!("home-hold-captain")}</dt>
            <dd>{hold.captain}</dd>
            <dt>{t!("home-hold-pull")}</dt>
            <dd>{pulls}</dd>
        </dl>
    }
}
