//! Finding repositories.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::search::{SearchPage as Found, SearchQuery, SearchSource};
use crate::components::layout::page::Page;
use crate::components::loaded::loaded;
use crate::pages::person::RepositoryRow;
use crate::{routes, text};

const PLATFORMS: [(&str, &str); 7] = [
    ("", "Any platform"),
    ("linux/amd64", "linux/amd64"),
    ("linux/arm64", "linux/arm64"),
    ("linux/arm/", "linux/arm"),
    ("linux/riscv64", "linux/riscv64"),
    ("windows/", "Windows"),
    ("wasm", "WebAssembly"),
];

const KINDS: [(&str, &str); 6] = [
    ("", "Any kind"),
    ("image", "Container images"),
    ("helm", "Helm charts"),
    ("wasm", "WebAssembly"),
    ("sbom", "SBOMs"),
    ("artifact", "Other artifacts"),
];

/// The page of the search, `/search?q=…`.
#[component]
pub(crate) fn SearchPage() -> impl IntoView {
    let query = use_query_map().with_untracked(|query| SearchQuery {
        text: query.get("q").unwrap_or_default(),
        platform: query.get("platform").unwrap_or_default(),
        kind: query.get("kind").unwrap_or_default(),
        signed: query.get("signed").is_some(),
        readme: query.get("readme").is_some(),
        after: query.get("after"),
    });
    // Absent only while the list of routes is made.
    let source = use_context::<Arc<dyn SearchSource>>();
    source.map(|source| {
        let asked = query.clone();
        loaded(async move { source.search(&asked).await }, move |found| {
            draw(found, query)
        })
    })
}

/// The address of a page of this search.
fn address(query: &SearchQuery, after: &str) -> String {
    let flag = |is_set: bool| if is_set { "1" } else { "" };
    routes::with_query(
        routes::SEARCH,
        &[
            ("q", &query.text),
            ("platform", &query.platform),
            ("kind", &query.kind),
            ("signed", flag(query.signed)),
            ("readme", flag(query.readme)),
            ("after", after),
        ],
    )
}

fn draw(found: Found, query: SearchQuery) -> impl IntoView {
    let is_everything = query == SearchQuery::default();
    let title = if query.text.is_empty() {
        "Search".to_owned()
    } else {
        format!("Search: {}", text::visible(&query.text))
    };
    let heading = match (is_everything, query.text.is_empty()) {
        (true, _) => "Recently pushed".to_owned(),
        (false, true) => "What matches".to_owned(),
        (false, false) => format!("What matches “{}”", text::visible(&query.text)),
    };
    let rows = found
        .repositories
        .into_iter()
        .map(|card| view! { <RepositoryRow card show_owner=true /> })
        .collect::<Vec<_>>();
    let list = if rows.is_empty() {
        view! { <Nothing is_everything /> }.into_any()
    } else {
        view! { <ul class="repository-list">{rows}</ul> }.into_any()
    };
    let first = query.after.is_some().then(|| {
        view! { <a class="button button-quiet" href=address(&query, "")>"First page"</a> }
    });
    let next = found.next.as_deref().map(|after| {
        view! { <a class="button" rel="next" href=address(&query, after)>"Next page"</a> }
    });
    let json = routes::json(&address(&query, query.after.as_deref().unwrap_or_default()));
    let paging = (first.is_some() || next.is_some()).then(|| {
        view! { <nav class="paging" aria-label="Pages of results">{first} {next}</nav> }
    });
    view! {
        <Page title description="Find container images and other artifacts." json>
            <header class="page-head frame">
                <div class="page-head-words">
                    <h1 class="page-title">"Search"</h1>
                </div>
            </header>
            <div class="frame page-body">
                <Filters query=query.clone() />
                <section class="results" aria-labelledby="results">
                    <h2 id="results">{heading}</h2>
                    {list}
                    {paging}
                </section>
            </div>
        </Page>
    }
}

#[component]
fn Filters(query: SearchQuery) -> impl IntoView {
    let options = |choices: &'static [(&'static str, &'static str)], chosen: &str| {
        choices
            .iter()
            .map(|(value, label)| view! { <option value=*value selected=*value == chosen>{*label}</option> })
            .collect_view()
    };
    view! {
        <form class="filter-form" method="get" action=routes::SEARCH role="search" aria-label="Search with filters">
            <div class="field field-wide">
                <label for="q">"Name, owner or description"</label>
                <input
                    id="q"
                    name="q"
                    type="search"
                    value=query.text.clone()
                    maxlength="100"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                />
            </div>
            <div class="field">
                <label for="platform">"Platform"</label>
                <select id="platform" name="platform">{options(&PLATFORMS, &query.platform)}</select>
            </div>
            <div class="field">
                <label for="kind">"Kind"</label>
                <select id="kind" name="kind">{options(&KINDS, &query.kind)}</select>
            </div>
            <label class="tick">
                <input type="checkbox" name="signed" value="1" checked=query.signed />
                "Signed"
            </label>
            <label class="tick">
                <input type="checkbox" name="readme" value="1" checked=query.readme />
                "Described"
            </label>
            <button class="button" type="submit">
                "Search"
            </button>
        </form>
    }
}

#[component]
fn Nothing(is_everything: bool) -> impl IntoView {
    let (heading, words, href, label) = if is_everything {
        (
            "Nothing has been pushed yet",
            "The first push makes the first repository. What was pushed a moment ago appears here shortly.",
            "/#start",
            "How to push",
        )
    } else {
        (
            "Nothing matches",
            "Try fewer words or filters. What was pushed a moment ago can be found shortly.",
            routes::SEARCH,
            "Show everything",
        )
    };
    view! {
        <section class="empty">
            <h3>{heading}</h3>
            <p>{words}</p>
            <p>
                <a class="button" href=href>
                    {label}
                </a>
            </p>
        </section>
    }
}
