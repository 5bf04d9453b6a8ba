//! The keys that [`super::keyboard`] knows, as people read them.

use leptos::prelude::*;

use super::keyboard::HELP;

/// Keys, separated by a blank, and what they do.
const SHORTCUTS: [(&str, &str); 5] = [
    ("/", "Search"),
    (
        "j k",
        "Next and previous in a list; the arrows too, once you are in it",
    ),
    ("c", "Copy the pull command of the page"),
    ("?", "Show these keys"),
    ("Esc", "Leave a field, or close what is open"),
];

/// The list of keys.
#[component]
pub(crate) fn Shortcuts() -> impl IntoView {
    let rows = SHORTCUTS
        .map(|(keys, does)| {
            let keys = keys.split(' ').map(|key| view! { <kbd>{key}</kbd> });
            view! {
                <div>
                    <dt>{keys.collect_view()}</dt>
                    <dd>{does}</dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl class="shortcuts">{rows}</dl> }
}

/// The list, for whoever presses `?`. Closed, it is not there for anybody.
#[component]
pub(crate) fn ShortcutsDialog() -> impl IntoView {
    view! {
        <dialog id=HELP class="help-dialog" aria-labelledby="keyboard-help-title">
            <h2 id="keyboard-help-title" class="minor">
                "By keyboard"
            </h2>
            <Shortcuts />
            <form method="dialog">
                <button class="button button-quiet" type="submit">
                    "Close"
                </button>
            </form>
        </dialog>
    }
}
