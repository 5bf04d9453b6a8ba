//! The keys that [`super::keyboard`] knows, as people read them.

use leptos::prelude::*;

use super::keyboard::HELP;
use crate::t;

/// Keys, separated by a blank, and what they do.
fn shortcuts() -> [(&'static str, &'static str); 5] {
    [
        ("/", t!("keys-search")),
        ("j k", t!("keys-step")),
        ("c", t!("keys-copy")),
        ("?", t!("keys-help")),
        ("Esc", t!("keys-leave")),
    ]
}

/// The list of keys.
#[component]
pub(crate) fn Shortcuts() -> impl IntoView {
    let rows = shortcuts()
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
                {t!("keys-title")}
            </h2>
            <Shortcuts />
            <form method="dialog">
                <button class="button button-quiet" type="submit">
                    {t!("keys-close")}
                </button>
            </form>
        </dialog>
    }
}
