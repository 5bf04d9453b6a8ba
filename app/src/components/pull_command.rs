//! A command to paste into a terminal.

use leptos::prelude::*;

use super::copy_button::CopyButton;

/// Shows `command`, whole and selectable with one click, with a button that copies it. `label`
/// says what the command does.
#[component]
pub(crate) fn CommandBlock(label: &'static str, command: String) -> impl IntoView {
    let lines = command
        .lines()
        .map(|line| view! { <span class="line">{line.to_owned()} "\n"</span> })
        .collect_view();
    view! {
        <figure class="command">
            <figcaption>{label}</figcaption>
            // Long lines scroll inside the block; the keyboard must reach them, too.
            <pre tabindex="0" role="region" aria-label=format!("{label}: command")>
                <code>{lines}</code>
            </pre>
            <CopyButton text=command label=format!("Copy the command: {label}") />
        </figure>
    }
}
