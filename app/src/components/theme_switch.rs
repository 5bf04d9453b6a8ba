//! An island: light, dark, or as the system says.

use leptos::prelude::*;

use super::icon::{Icon, Symbol};

/// Key in `localStorage`; `apply_theme.js` reads it before the first paint.
const STORAGE_KEY: &str = "theme";

/// What the reader chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    fn value(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn symbol(self) -> Symbol {
        match self {
            Self::System => Symbol::Monitor,
            Self::Light => Symbol::Sun,
            Self::Dark => Symbol::Moon,
        }
    }

    /// The stored choice. Storage may be forbidden; the system's theme is the answer then.
    fn load() -> Self {
        let stored = window()
            .local_storage()
            .ok()
            .flatten()
            .and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten());
        match stored.as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    /// Shows the theme and remembers it. A choice that cannot be stored holds until the page is left.
    fn apply(self) {
        if let Some(root) = document().document_element() {
            let shown = match self {
                Self::System => root.remove_attribute("data-theme"),
                Self::Light | Self::Dark => root.set_attribute("data-theme", self.value()),
            };
            shown.expect("data-theme is a legal attribute name");
        }
        if let Ok(Some(storage)) = window().local_storage() {
            drop(storage.set_item(STORAGE_KEY, self.value()));
        }
    }
}

/// Three radio buttons that look like one switch, with what the choice and each of the three are called.
#[island]
pub fn ThemeSwitch(
    #[prop(into)] legend: String,
    #[prop(into)] system: String,
    #[prop(into)] light: String,
    #[prop(into)] dark: String,
) -> impl IntoView {
    let (chosen, set_chosen) = signal(Theme::System);
    Effect::new(move |_| set_chosen.set(Theme::load()));

    let option = move |(theme, label): (Theme, String)| {
        let choose = move |_| {
            set_chosen.set(theme);
            theme.apply();
        };
        let title = label.clone();
        view! {
            <label title=title>
                <input
                    type="radio"
                    name="theme"
                    value=theme.value()
                    prop:checked=move || chosen.get() == theme
                    on:change=choose
                />
                <Icon symbol=theme.symbol() />
                <span class="sr-only">{label}</span>
            </label>
        }
    };
    view! {
        <fieldset class="theme-switch">
            <legend class="sr-only">{legend}</legend>
            {[(Theme::System, system), (Theme::Light, light), (Theme::Dark, dark)].map(option).collect_view()}
        </fieldset>
    }
}
