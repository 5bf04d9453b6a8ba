//! The main part of a page, with its title.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};

/// Wraps a page's content; the skip link leads here. An empty `title` leaves the name of the site.
#[component]
pub(crate) fn Page(
    title: &'static str,
    description: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title />
        <Meta name="description" content=description />
        <main id="main" tabindex="-1">
            {children()}
        </main>
    }
}
