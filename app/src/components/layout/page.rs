//! The main part of a page, with its title and what other sites show when somebody links to it.

use leptos::prelude::*;
use leptos_meta::{Link, Meta, Title};

/// Wraps a page's content; the skip link leads here. An empty `title` leaves the name of the site. `json` and `feed`
/// are the addresses of the same content for programs and for feed readers.
#[component]
pub(crate) fn Page(
    #[prop(into)] title: String,
    #[prop(into)] description: String,
    #[prop(optional, into)] json: Option<String>,
    #[prop(optional, into)] feed: Option<String>,
    children: Children,
) -> impl IntoView {
    let shared_title = if title.is_empty() {
        "Longshore".to_owned()
    } else {
        title.clone()
    };
    view! {
        <Title text=title />
        <Meta name="description" content=description.clone() />
        <Meta property="og:site_name" content="Longshore" />
        <Meta property="og:type" content="website" />
        <Meta property="og:title" content=shared_title />
        <Meta property="og:description" content=description />
        {json.map(|href| view! { <Link rel="alternate" type_="application/json" href /> })}
        {feed.map(|href| view! { <Link rel="alternate" type_="application/atom+xml" href /> })}
        <main id="main" tabindex="-1">
            {children()}
        </main>
    }
}
