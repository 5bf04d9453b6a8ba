//! Small line drawings, inline, so that they take the colour of the text and cost no request.

use leptos::prelude::*;

/// A drawing on a grid of 24.
#[cfg_attr(
    not(feature = "ssr"),
    expect(dead_code, reason = "some are on no island")
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// It worked.
    Check,
    /// Two sheets.
    Copy,
    /// Three lines: more behind them.
    Menu,
    /// The theme of the system.
    Monitor,
    /// The dark theme.
    Moon,
    /// It can be liked.
    Star,
    /// It is liked.
    StarGiven,
    /// The light theme.
    Sun,
}

impl Symbol {
    /// Path data, drawn with a stroke.
    fn path(self) -> &'static str {
        match self {
            Self::Check => "M5 13l4.5 4.5L19 7",
            Self::Copy => {
                "M9 9h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1z\
                 M5 15V5a1 1 0 0 1 1-1h9"
            }
            Self::Menu => "M4 7h16M4 12h16M4 17h16",
            Self::Monitor => {
                "M4 5h16a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM9 20h6M12 16v4"
            }
            Self::Moon => "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
            Self::Star | Self::StarGiven => {
                "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z"
            }
            Self::Sun => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5V5M12 19v2.5M2.5 12H5M19 12h2.5\
                 M5.3 5.3L7 7M17 17l1.7 1.7M5.3 18.7L7 17M17 7l1.7-1.7"
            }
        }
    }
}

/// Draws `symbol`. It is decoration: whatever uses it has words of its own.
#[component]
pub fn Icon(symbol: Symbol) -> impl IntoView {
    view! {
        <svg class="icon" class:icon-filled=symbol == Symbol::StarGiven viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=symbol.path() />
        </svg>
    }
}
