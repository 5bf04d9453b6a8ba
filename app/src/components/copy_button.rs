//! An island: the button that copies a command.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::icon::{Icon, Symbol};

/// How long the button says that it worked.
const CONFIRMATION: Duration = Duration::from_secs(2);

/// Copies `text` to the clipboard and says so. `label` is the button's name for screen readers.
#[cfg(feature = "ssr")]
#[component]
pub(crate) fn CopyButton(text: String, #[prop(into)] label: String) -> impl IntoView {
    view! { <Copier text label copied=crate::t!("copy-done").to_owned() /> }
}

/// The button in the browser; `copied` is said when it worked.
///
/// Browsers hand the clipboard only to secure contexts: elsewhere the button is not there, like
/// without JavaScript, and the command is selected with one click by its own style.
#[island]
pub fn Copier(text: String, label: String, copied: String) -> impl IntoView {
    let (usable, set_usable) = signal(false);
    let (is_copied, set_copied) = signal(false);
    Effect::new(move |_| set_usable.set(window().is_secure_context()));

    let copy = move |_| {
        let written = window().navigator().clipboard().write_text(&text);
        spawn_local(async move {
            if JsFuture::from(written).await.is_ok() {
                set_copied.set(true);
                set_timeout(move || set_copied.set(false), CONFIRMATION);
            }
        });
    };
    view! {
        <button
            type="button"
            class="copy-button"
            class:is-copied=is_copied
            hidden=move || !usable.get()
            aria-label=label
            on:click=copy
        >
            <Icon symbol=Symbol::Copy />
            <Icon symbol=Symbol::Check />
        </button>
        <span class="sr-only" role="status">
            {move || if is_copied.get() { copied.clone() } else { String::new() }}
        </span>
    }
}
