//! Finding repositories.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::search::{SearchPage as Found, SearchQuery, SearchSource};
use crate::components::instant_search::InstantSearch;
use crate::components::layout::page::Page;
use crate::components::loaded::loaded;
use crate::pages::person::RepositoryRow;
use crate::{routes, text};

const SYSTEMS: [(&str, &str); 5] = [
    ("", "Any"),
    ("linux", "Linux"),
    ("windows", "Windows"),
    ("freebsd", "FreeBSD"),
    ("wasi", "WASI"),
];

const ARCHITECTURES: [(&str, &str); 9] = [
    ("", "Any"),
    ("amd64", "amd64"),
    ("arm64", "arm64"),
    ("arm", "arm"),
    ("386", "386"),
    ("riscv64", "riscv64"),
    ("ppc64le", "ppc64le"),
    ("s390x", "s390x"),
    ("wasm", "WebAssembly"),
];

const ORDERS: [(&str, &str); 2] = [("", "Last pushed"), ("stars", "Most stars")];

const KINDS: [(&str, &str); 6] = [
    ("", "Any kind"),
    ("image", "Container images"),
    ("helm", "Helm charts"),
    ("wasm", "WebAssembly"),
    ("sbom", "SBOMs"),
    ("artifact", "Other artifacts"),
];

/// The form, and the part of the page that follows it.
const FORM: &str = "search-form";
const RESULTS: &str = "found";

/// The page of the search, `/search?q=…`.
#[component]
pub(crate) fn SearchPage() -> impl IntoView {
    let query = use_query_map().with_untracked(|query| {
        let given = |name| query.get(name).unwrap_or_default();
        SearchQuery {
            text: given("q"),
            os: given("os"),
            architecture: given("arch"),
            kind: given("kind"),
            signed: query.get("signed").is_some(),
            readme: query.get("readme").is_some(),
            starred: query.get("starred").is_some(),
            sort: given("sort"),
            after: query.get("after"),
        }
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
            ("os", &query.os),
            ("arch", &query.architecture),
            ("kind", &query.kind),
            ("signed", flag(query.signed)),
            ("readme", flag(query.readme)),
            ("starred", flag(query.starred)),
            ("sort", &query.sort),
            ("after", after),
        ],
    )
}

fn draw(found: Found, query: SearchQuery) -> impl IntoView {
    let is_everything = SearchQuery {
        sort: String::new(),
        after: None,
        ..query.clone()
    } == SearchQuery::default();
    let title = if query.text.is_empty() {
        "Search".to_owned()
    } else {
        format!("Search: {}", text::visible(&query.text))
    };
    let heading = match (is_everything, query.text.is_empty()) {
        (true, _) if query.sort == "stars" => "Most stars".to_owned(),
        (true, _) => "Recently pushed".to_owned(),
        (false, true) => "What matches".to_owned(),
        (false, false) => format!("What matches “{}”", text::visible(&query.text)),
    };
    let summary = summary(
        found.repositories.len(),
        query.after.is_none(),
        found.next.is_none(),
    );
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
                <InstantSearch form=FORM.to_owned() region=RESULTS.to_owned() />
                <section id=RESULTS class="results" aria-labelledby="results" data-summary=summary.clone()>
                    <div class="section-head">
                        <h2 id="results">{heading}</h2>
                        <p class="note">{summary.clone()}</p>
                    </div>
                    {list}
                    {paging}
                </section>
            </div>
        </Page>
    }
}

/// How much was found, as far as it is known: nobody counts what is on other pages.
fn summary(count: usize, is_first: bool, is_last: bool) -> String {
    let counted = text::counted(count as u64, "repository", "repositories");
    match (is_first, is_last) {
        (true, true) if count == 0 => "Nothing found".to_owned(),
        (true, true) => format!("{counted} found"),
        (true, false) => format!("The first {counted}"),
        (false, false) => format!("{counted} more"),
        (false, true) => format!("The last {counted}"),
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
        <form id=FORM class="search-form" method="get" action=routes::SEARCH role="search" aria-label="Search with filters">
            <div class="field field-wide">
                <label for="q">"Name, owner or description"</label>
                <div class="search-words">
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
                <button class="button" type="submit">
                    "Search"
                </button>
                </div>
            </div>
            <div class="field">
                <label for="arch">"Architecture"</label>
                <select id="arch" name="arch">{options(&ARCHITECTURES, &query.architecture)}</select>
            </div>
            <div class="field">
                <label for="os">"System"</label>
                <select id="os" name="os">{options(&SYSTEMS, &query.os)}</select>
            </div>
            <div class="field">
                <label for="kind">"Kind"</label>
                <select id="kind" name="kind">{options(&KINDS, &query.kind)}</select>
            </div>
            <div class="field">
                <label for="sort">"Order"</label>
                <select id="sort" name="sort">{options(&ORDERS, &query.sort)}</select>
            </div>
            <div class="search-ticks">
            <label class="tick">
                <input type="checkbox" name="signed" value="1" checked=query.signed />
                "Signed"
            </label>
            <label class="tick">
                <input type="checkbox" name="readme" value="1" checked=query.readme />
                "Has a README"
            </label>
            <label class="tick">
                <input type="checkbox" name="starred" value="1" checked=query.starred />
                "Has stars"
            </label>
            </div>
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_of_other_pages_is_not_said() {
        for (count, is_first, is_last, words) in [
            (0, true, true, "Nothing found"),
            (1, true, true, "1 repository found"),
            (30, true, false, "The first 30 repositories"),
            (30, false, false, "30 repositories more"),
            (2, false, true, "The last 2 repositories"),
        ] {
            assert_eq!(summary(count, is_first, is_last), words);
        }
    }

    #[test]
    fn the_address_of_a_search_has_what_was_chosen_and_nothing_else() {
        let query = SearchQuery {
            text: "tide table".to_owned(),
            architecture: "arm64".to_owned(),
            signed: true,
            sort: "stars".to_owned(),
            ..SearchQuery::default()
        };
        assert_eq!(
            address(&query, "1 2"),
            "/search?q=tide%20table&arch=arm64&signed=1&sort=stars&after=1%202"
        );
    }
}
