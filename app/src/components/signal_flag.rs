//! A signal flag for everybody and everything with a name: the same name always hoists the same flag.

#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use leptos::prelude::*;

const PAINTS: [&str; 5] = [
    "paint-rust",
    "paint-sea",
    "paint-brass",
    "paint-foam",
    "paint-hull",
];

/// How a flag is divided, as paths of its second colour on a field of 24 by 24.
const PATTERNS: [&str; 8] = [
    "M0 0h12v24H0z",
    "M0 8h24v8H0z",
    "M9 0h6v9h9v6h-9v9H9v-9H0V9h9z",
    "M12 2l10 10-10 10L2 12z",
    "M0 0h12v12H0zM12 12h12v12H12z",
    "M0 0l24 24H0z",
    "M7 7h10v10H7z",
    "M0 0h6v24H0zM12 0h6v24h-6z",
];

/// Numbers that look random but belong to the name (FNV-1a).
fn scramble(name: &str) -> usize {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The last letters reach only the lowest bits; this spreads them (the finalizer of MurmurHash3).
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    usize::try_from(hash >> 34).unwrap_or_default()
}

/// Draws the flag of `name`. Decoration: whatever has it has words of its own.
#[component]
pub(crate) fn SignalFlag(name: String) -> impl IntoView {
    let number = scramble(&name);
    let field = number % PAINTS.len();
    // Never the field's own paint.
    let figure = (field + 1 + number / 7 % (PAINTS.len() - 1)) % PAINTS.len();
    let pattern = PATTERNS[number / 64 % PATTERNS.len()];
    view! {
        <svg class="signal-flag" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path class=PAINTS[field] d="M0 0h24v24H0z" />
            <path class=PAINTS[figure] d=pattern />
        </svg>
    }
}
