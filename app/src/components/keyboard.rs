//! An island: the keys that work on every page. [`super::shortcuts`] has the list of them.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlDialogElement, HtmlElement, KeyboardEvent};

/// The dialog with the list of keys.
pub(crate) const HELP: &str = "keyboard-help";
/// Where `/` leads: the search of the page, else the one at the top.
const SEARCH_FIELDS: &str = "#q, #site-search";
/// What `j` and `k` step through: the links by which rows of lists are opened.
const ROWS: &str = "main :is(.repository-row h3, .tag-row h2, .recent-tags, .file-table th, .platform-table th, .layer-choices, \
                    .referrer-list, .hold-card h3) a";
/// What `c` presses.
const COPY: &str = "main .pull-panel .copy-button:not([hidden])";

/// Listens for keys. What is typed into a field, and what has a modifier, belongs to others.
#[island]
pub fn Keyboard() -> impl IntoView {
    Effect::new(move |_| {
        let listening = window_event_listener(ev::keydown, press);
        on_cleanup(move || listening.remove());
    });
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "listeners are given their events"
)]
fn press(event: KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.is_composing() {
        return;
    }
    let focused = document().active_element();
    let types = focused.as_ref().is_some_and(takes_text);
    let key = event.key();
    let done = match key.as_str() {
        "Escape" if types => focused.as_ref().is_some_and(leave),
        _ if types || is_help_open() => false,
        "/" => find(SEARCH_FIELDS).is_some_and(|field| field.focus().is_ok()),
        "?" => help().is_some_and(|help| help.show_modal().is_ok()),
        "c" => copy(),
        "j" => step(focused.as_ref(), 1, true),
        "k" => step(focused.as_ref(), -1, true),
        "ArrowDown" => step(focused.as_ref(), 1, false),
        "ArrowUp" => step(focused.as_ref(), -1, false),
        _ => false,
    };
    if done {
        event.prevent_default();
    }
}

/// Letters belong into it.
fn takes_text(element: &Element) -> bool {
    element
        .matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")
        .unwrap_or_default()
}

fn leave(element: &Element) -> bool {
    let element = element.dyn_ref::<HtmlElement>();
    element.is_some_and(|element| element.blur().is_ok())
}

fn help() -> Option<HtmlDialogElement> {
    document().get_element_by_id(HELP)?.dyn_into().ok()
}

fn is_help_open() -> bool {
    help().is_some_and(|help| help.open())
}

/// Everything on the page that a selector finds and that is shown.
fn all(selector: &str) -> Vec<HtmlElement> {
    let Ok(found) = document().query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into::<HtmlElement>().ok())
        .filter(|element| element.offset_parent().is_some())
        .collect()
}

fn find(selector: &str) -> Option<HtmlElement> {
    // The page's own field stands behind that of the bar.
    all(selector).into_iter().next_back()
}

fn copy() -> bool {
    let button = all(COPY).into_iter().next();
    button.is_some_and(|button| {
        button.click();
        true
    })
}

/// Moves through the rows of a list. Arrows scroll the page until somebody is in a list.
fn step(focused: Option<&Element>, by: isize, enters: bool) -> bool {
    let rows = all(ROWS);
    let here = rows
        .iter()
        .position(|row| focused.is_some_and(|focused| focused.is_same_node(Some(row))));
    let next = match here {
        Some(here) => here.checked_add_signed(by),
        None if enters && by > 0 => Some(0),
        None => None,
    };
    next.and_then(|next| rows.get(next))
        .is_some_and(|row| row.focus().is_ok())
}
