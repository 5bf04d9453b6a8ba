//! A command to paste into a terminal.

use leptos::prelude::*;

use super::copy_button::CopyButton;
use crate::t;

/// Shows `command`, whole and selectable with one click, with a button that copies it. `label`
/// says what the command does.
#[component]
pub(crate) fn CommandBlock(#[prop(into)] label: String, command: String) -> impl IntoView {
    let lines = command
        .lines()
        .map(|line| view! { <span class="line">{line.to_owned()} "\n"</span> })
        .collect_view();
    let copy = t!("copy-command", what = label.clone());
    view! {
        <figure class="command">
            <figcaption>{label}</figcaption>
            <pre>
                <code>{lines}</code>
            </pre>
            <CopyButton text=command label=copy />
        </figure>
    }
}
