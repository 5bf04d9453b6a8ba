//! Single values, drawn the same everywhere: times, sizes, digests, platforms.

#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use leptos::prelude::*;

use crate::api::moment::Moment;
use crate::{t, text};

/// How long ago, with the exact time for whoever points at it.
#[component]
pub(crate) fn When(moment: Moment) -> impl IntoView {
    view! {
        <time datetime=moment.exact.clone() title=moment.exact>
            {moment.relative}
        </time>
    }
}

/// A size, with the exact number for whoever points at it.
#[component]
pub(crate) fn Size(bytes: u64) -> impl IntoView {
    view! {
        <span class="size" title=t!("exact-bytes", bytes = bytes)>
            {text::bytes(bytes)}
        </span>
    }
}

/// A digest without its middle; the whole one is its title.
#[component]
pub(crate) fn ShortDigest(digest: String) -> impl IntoView {
    view! {
        <code class="digest" title=digest.clone()>
            {text::short_digest(&digest)}
        </code>
    }
}

/// What something runs on.
#[component]
pub(crate) fn Platforms(platforms: Vec<String>) -> impl IntoView {
    (!platforms.is_empty()).then(|| {
        let chips = platforms
            .into_iter()
            .map(|platform| view! { <li class="chip">{text::visible(&platform)}</li> })
            .collect_view();
        view! {
            <ul class="chips" aria-label=t!("platforms")>
                {chips}
            </ul>
        }
    })
}

/// What became of a file or layer: `added`, `changed` or `deleted`.
#[component]
pub(crate) fn Change(#[prop(into)] change: String) -> impl IntoView {
    let name = match change.as_str() {
        "added" => t!("change-added"),
        "deleted" => t!("change-deleted"),
        _ => t!("change-changed"),
    };
    view! { <span class=format!("change change-{change}")>{name}</span> }
}

/// What a kind of artifact is called.
pub(crate) fn kind_name(kind: &str) -> &'static str {
    match kind {
        "image" => t!("kind-image"),
        "index" => t!("kind-index"),
        "helm" => t!("kind-helm"),
        "wasm" => t!("kind-wasm"),
        "sbom" => t!("kind-sbom"),
        "signature" => t!("kind-signature"),
        "attestation" => t!("kind-attestation"),
        _ => t!("kind-artifact"),
    }
}
