//! A part of a file, to copy.

use leptos::prelude::*;

use super::copy_button::CopyButton;
use crate::t;

/// Shows `text` as it is, with a button that copies it. `label` says what it is for.
#[component]
pub(crate) fn Listing(label: &'static str, text: String) -> impl IntoView {
    view! {
        <figure class="command">
            <figcaption>{label}</figcaption>
            <pre>
                <code>{text.clone()}</code>
            </pre>
            <CopyButton text label=t!("copy-text", what = label) />
        </figure>
    }
}
