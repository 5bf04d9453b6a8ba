//! An island: results that follow what is typed.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Event, FormData, HtmlElement, HtmlFormElement, UrlSearchParams};

use crate::live;

/// How long nobody types before results are asked for.
const PAUSE: Duration = Duration::from_millis(180);
/// The fields of the form, in the order of the address.
const FIELDS: [&str; 8] = [
    "q", "os", "arch", "kind", "signed", "readme", "starred", "sort",
];

/// Shows what a form finds while it is filled in: asks for the page that sending it would lead to, and shows its part
/// `region`, whose `data-summary` is said to screen readers. Without scripts the form is sent.
#[island]
pub fn InstantSearch(form: String, region: String) -> impl IntoView {
    let (said, say) = signal(String::new());
    // Only the answer to what was typed last is shown.
    let typed = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let (form, region) = (form.clone(), region.clone());
        let listening = window_event_listener(ev::input, move |event: Event| {
            if !is_within(&event, &form) {
                return;
            }
            let turn = typed.get_value() + 1;
            typed.set_value(turn);
            let (form, region) = (form.clone(), region.clone());
            set_timeout(
                move || {
                    if typed.get_value() == turn {
                        spawn_local(search(form, region, turn, typed, say));
                    }
                },
                PAUSE,
            );
        });
        on_cleanup(move || listening.remove());
    });
    view! {
        <p class="sr-only" role="status">
            {said}
        </p>
    }
}

fn is_within(event: &Event, form: &str) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok())
        .and_then(|element| element.closest("form").ok().flatten())
        .is_some_and(|found| found.id() == form)
}

async fn search(
    form: String,
    region: String,
    turn: u32,
    typed: StoredValue<u32>,
    say: WriteSignal<String>,
) {
    let Some(address) = address(&form) else {
        return;
    };
    let Some(found) = live::fetch_part(&region, Some(&address)).await else {
        return;
    };
    if typed.get_value() != turn || !live::put(&region, &found) {
        return;
    }
    say.set(found.get_attribute("data-summary").unwrap_or_default());
    if let Ok(history) = window().history() {
        // The address is what is shown, also when it cannot be changed.
        drop(history.replace_state_with_url(&JsValue::NULL, "", Some(&address)));
    }
}

/// Where sending the form would lead.
fn address(form: &str) -> Option<String> {
    let form: HtmlFormElement = document().get_element_by_id(form)?.dyn_into().ok()?;
    let filled = FormData::new_with_form(&form).ok()?;
    let query = UrlSearchParams::new().ok()?;
    for field in FIELDS {
        if let Some(value) = filled
            .get(field)
            .as_string()
            .filter(|value| !value.is_empty())
        {
            query.append(field, &value);
        }
    }
    let query = String::from(query.to_string());
    let action = form.get_attribute("action")?;
    Some(if query.is_empty() {
        action
    } else {
        format!("{action}?{query}")
    })
}
