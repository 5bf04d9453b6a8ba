//! The hidden field that shows that a form comes from a page of the person who is signed in.

use leptos::prelude::*;

use crate::api::viewer::{FORM_TOKEN, Viewer};

/// Belongs into every form of somebody who is signed in. Nothing for others.
#[component]
pub(crate) fn FormToken() -> impl IntoView {
    Viewer::current()
        .map(|viewer| view! { <input type="hidden" name=FORM_TOKEN value=viewer.form_token /> })
}
