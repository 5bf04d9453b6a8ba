//! The way to sign in again before something dangerous.

use leptos::prelude::*;

use crate::{routes, t};

/// Says why somebody who is signed in has to show who they are once more, and leads there and back to `return_to`, a
/// path of this site. Shown in place of what is dangerous while the last sign-in is longer ago than ten minutes.
#[component]
pub(crate) fn ConfirmFirst(#[prop(into)] why: String, return_to: String) -> impl IntoView {
    view! {
        <p>{why}</p>
        <form method="get" action=routes::SIGN_IN>
            <input type="hidden" name="fresh" value="1" />
            <input type="hidden" name="return_to" value=return_to />
            <button class="button" type="submit">
                {t!("confirm-sign-in")}
            </button>
        </form>
    }
}
