//! The signal flag of a name, drawn.

#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use leptos::prelude::*;

use crate::flags::Flag;

/// Draws the flag of `name`. Decoration: whatever has it has words of its own.
#[component]
pub(crate) fn SignalFlag(name: String) -> impl IntoView {
    let flag = Flag::of(&name);
    view! {
        <svg class="signal-flag" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path class=flag.field d="M0 0h24v24H0z" />
            <path class=flag.figure d=flag.pattern />
        </svg>
    }
}
