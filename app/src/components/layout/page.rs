//! The main part of a page, with its title and what other sites show when somebody links to it.

use leptos::prelude::*;
use leptos_meta::{Link, Meta, Title};

use crate::api::PublicUrl;
use crate::{routes, t};

/// Wraps a page's content; the skip link leads here. An empty `title` leaves the name of the site. `json` and `feed`
/// are the addresses of the same content for programs and for feed readers, `picture` that of what other sites show.
#[component]
pub(crate) fn Page(
    #[prop(into)] title: String,
    #[prop(into)] description: String,
    #[prop(optional, into)] json: Option<String>,
    #[prop(optional, into)] feed: Option<String>,
    #[prop(optional, into)] picture: Option<String>,
    children: Children,
) -> impl IntoView {
    let shared_title = if title.is_empty() {
        t!("site-name").to_owned()
    } else {
        title.clone()
    };
    // Whole addresses, since it is not a browser that reads them.
    let public_url = use_context::<PublicUrl>().unwrap_or_default().0;
    let about_picture = match &picture {
        Some(_) => t!("layout-picture-repository"),
        None => t!("layout-picture-site"),
    };
    let picture = picture.unwrap_or_else(|| routes::SITE_PICTURE.to_owned());
    let picture = format!("{public_url}{picture}");
    view! {
        <Title text=title />
        <Meta name="description" content=description.clone() />
        <Meta property="og:site_name" content=t!("site-name") />
        <Meta property="og:type" content="website" />
        <Meta property="og:title" content=shared_title />
        <Meta property="og:description" content=description />
        <Meta property="og:image" content=picture />
        <Meta property="og:image:type" content="image/png" />
        <Meta property="og:image:width" content="1200" />
        <Meta property="og:image:height" content="630" />
        <Meta property="og:image:alt" content=about_picture />
        <Meta name="twitter:card" content="summary_large_image" />
        {json.map(|href| view! { <Link rel="alternate" type_="application/json" href /> })}
        {feed.map(|href| view! { <Link rel="alternate" type_="application/atom+xml" href /> })}
        <main id="main" tabindex="-1">
            {children()}
        </main>
    }
}
