//! Finding repositories.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::search::{SearchPage as Found, SearchQuery, SearchSource};
use crate::components::instant_search::InstantSearch;
use crate::components::layout::page::Page;
use crate::components::loaded::loaded;
use crate::pages::person::RepositoryRow;
use crate::{routes, t, text};

/// A value that a choice may have, and what it is called.
type Choice = (&'static str, &'static str);

fn systems() -> [Choice; 5] {
    [
        ("", t!("search-any")),
        ("linux", "Linux"),
        ("windows", "Windows"),
        ("freebsd", "FreeBSD"),
        ("wasi", "WASI"),
    ]
}

fn architectures() -> [Choice; 9] {
    [
        ("", t!("search-any")),
        ("amd64", "amd64"),
        ("arm64", "arm64"),
        ("arm", "arm"),
        ("386", "386"),
        ("riscv64", "riscv64"),
        ("ppc64le", "ppc64le"),
        ("s390x", "s390x"),
        ("wasm", "WebAssembly"),
    ]
}

fn orders() -> [Choice; 2] {
    [
        ("", t!("search-order-pushed")),
        ("stars", t!("search-order-stars")),
    ]
}

fn kinds() -> [Choice; 6] {
    [
        ("", t!("search-kind-any")),
        ("image", t!("search-kind-image")),
        ("helm", t!("search-kind-helm")),
        ("wasm", "WebAssembly"),
        ("sbom", t!("search-kind-sbom")),
        ("artifact", t!("search-kind-artifact")),
    ]
}

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
        t!("search-title").to_owned()
    } else {
        t!("search-title-for", words = text::visible(&query.text))
    };
    let heading = match (is_everything, query.text.is_empty()) {
        (true, _) if query.sort == "stars" => t!("search-most-stars").to_owned(),
        (true, _) => t!("search-recent").to_owned(),
        (false, true) => t!("search-matches").to_owned(),
        (false, false) => t!("search-matches-for", words = text::visible(&query.text)),
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
        view! { <a class="button button-quiet" href=address(&query, "")>{t!("search-paging-first")}</a> }
    });
    let next = found.next.as_deref().map(|after| {
        view! { <a class="button" rel="next" href=address(&query, after)>{t!("search-paging-next")}</a> }
    });
    let json = routes::json(&address(&query, query.after.as_deref().unwrap_or_default()));
    let paging = (first.is_some() || next.is_some()).then(|| {
        view! { <nav class="paging" aria-label=t!("search-paging")>{first} {next}</nav> }
    });
    view! {
        <Page title description=t!("search-description") json>
            <header class="page-head frame">
                <div class="page-head-words">
                    <h1 class="page-title">{t!("search-title")}</h1>
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
    match (is_first, is_last) {
        (true, true) if count == 0 => t!("search-found-none").to_owned(),
        (true, true) => t!("search-found", count = count),
        (true, false) => t!("search-found-first", count = count),
        (false, false) => t!("search-found-more", count = count),
        (false, true) => t!("search-found-last", count = count),
    }
}

#[component]
fn Filters(query: SearchQuery) -> impl IntoView {
    let options = |choices: &[Choice], chosen: &str| {
        choices
            .iter()
            .map(|&(value, label)| view! { <option value=value selected=value == chosen>{label}</option> })
            .collect_view()
    };
    view! {
        <form id=FORM class="search-form" method="get" action=routes::SEARCH role="search" aria-label=t!("search-landmark")>
            <div class="field field-wide">
                <label for="q">{t!("search-words")}</label>
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
                    {t!("search-submit")}
                </button>
                </div>
            </div>
            <div class="field">
                <label for="arch">{t!("search-architecture")}</label>
                <select id="arch" name="arch">{options(&architectures(), &query.architecture)}</select>
            </div>
            <div class="field">
                <label for="os">{t!("search-system")}</label>
                <select id="os" name="os">{options(&systems(), &query.os)}</select>
            </div>
            <div class="field">
                <label for="kind">{t!("search-kind")}</label>
                <select id="kind" name="kind">{options(&kinds(), &query.kind)}</select>
            </div>
            <div class="field">
                <label for="sort">{t!("search-order")}</label>
                <select id="sort" name="sort">{options(&orders(), &query.sort)}</select>
            </div>
            <div class="search-ticks">
            <label class="tick">
                <input type="checkbox" name="signed" value="1" checked=query.signed />
                {t!("search-signed")}
            </label>
            <label class="tick">
                <input type="checkbox" name="readme" value="1" checked=query.readme />
                {t!("search-readme")}
            </label>
            <label class="tick">
                <input type="checkbox" name="starred" value="1" checked=query.starred />
                {t!("search-starred")}
            </label>
            </div>
        </form>
    }
}

#[component]
fn Nothing(is_everything: bool) -> impl IntoView {
    let (heading, words, href, label) = if is_everything {
        (
            t!("search-empty"),
            t!("search-empty-words"),
            "/#start",
            t!("search-empty-push"),
        )
    } else {
        (
            t!("search-nothing"),
            t!("search-nothing-words"),
            routes::SEARCH,
            t!("search-nothing-everything"),
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
