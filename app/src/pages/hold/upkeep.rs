//! What the pages share with which those who run a hold look after it.

use leptos::prelude::*;

use crate::api::hold::upkeep::Said;
use crate::{t, t_view};

/// Draws what a hold says, or says why it says nothing.
pub(crate) fn said<T, View: IntoView + 'static>(
    said: Said<T>,
    draw: impl FnOnce(T) -> View,
) -> AnyView {
    match said {
        Said::This(answer) => draw(answer).into_any(),
        Said::NotOffered { method } => view! { <NotOffered method /> }.into_any(),
        Said::Nothing { reason } => view! {
            <p class="problem" role="alert">
                {reason}
            </p>
        }
        .into_any(),
    }
}

/// The software of a hold lacks a method.
#[component]
fn NotOffered(method: String) -> impl IntoView {
    view! {
        <div class="empty">
            <h2 class="minor">{t!("upkeep-not-offered-title")}</h2>
            <p>{t_view!("upkeep-not-offered", method = view! { <code>{method}</code> })}</p>
        </div>
    }
}
