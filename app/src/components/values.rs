//! Single values, drawn the same everywhere: times, sizes, digests, platforms.

#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use leptos::prelude::*;

use crate::api::moment::Moment;
use crate::text;

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
    let exact = format!("{} bytes", text::grouped(bytes));
    view! {
        <span class="size" title=exact>
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
            <ul class="chips" aria-label="Platforms">
                {chips}
            </ul>
        }
    })
}

/// What a kind of artifact is called.
pub(crate) fn kind_name(kind: &str) -> &'static str {
    match kind {
        "image" => "Image",
        "index" => "Multi-platform image",
        "helm" => "Helm chart",
        "wasm" => "WebAssembly",
        "sbom" => "SBOM",
        "signature" => "Signature",
        "attestation" => "Attestation",
        _ => "Artifact",
    }
}
