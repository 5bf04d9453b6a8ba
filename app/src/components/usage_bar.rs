//! How much somebody uses of what they may, as a bar with words.

#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use leptos::prelude::*;

use crate::api::hold::{Pressure, Usage};
use crate::{t, text};

/// The bar. Drawn as SVG, whose widths are attributes: inline styles never apply here.
#[component]
pub(crate) fn UsageBar(usage: Usage) -> impl IntoView {
    let class = match usage.pressure() {
        Pressure::Room => "usage",
        Pressure::High => "usage usage-high",
        Pressure::Full => "usage usage-full",
    };
    let percent = usage.percent();
    let words = match (usage.limit, percent) {
        (Some(limit), Some(percent)) => t!(
            "usage-bar-of",
            used = text::bytes(usage.used),
            limit = text::bytes(limit),
            percent = percent
        ),
        _ => t!("usage-bar-unlimited", used = text::bytes(usage.used)),
    };
    let bar = percent.map(|percent| {
        // Something is always to be seen of what is there.
        let least = u64::from(usage.used > 0) * 2;
        let width = percent.min(100).max(least);
        view! {
            <svg
                class="usage-bar"
                viewBox="0 0 100 4"
                preserveAspectRatio="none"
                aria-hidden="true"
                focusable="false"
            >
                <rect class="usage-track" width="100" height="4" />
                <rect class="usage-fill" width=width height="4" />
            </svg>
        }
    });
    view! {
        <div class=class>
            {bar}
            <p class="usage-words">{words}</p>
        </div>
    }
}

/// A word for somebody who is near their limit. Nothing for others.
#[component]
pub(crate) fn PressureChip(usage: Usage) -> impl IntoView {
    let (class, words) = match usage.pressure() {
        Pressure::Room => return None,
        Pressure::High => ("chip chip-high", t!("usage-bar-high")),
        Pressure::Full if usage.percent() >= Some(100) => ("chip chip-full", t!("usage-bar-full")),
        Pressure::Full => ("chip chip-full", t!("usage-bar-nearly-full")),
    };
    Some(view! { <li class=class>{words}</li> })
}
