//! The way to allow pushes: at the person's own server, and back.

use leptos::prelude::*;

use super::form_token::FormToken;
use crate::api::viewer::Viewer;
use crate::{routes, t};

/// A form that leads to the person's server, which asks whether this registry may write what a push writes, and then
/// back to `return_to`.
#[component]
pub(crate) fn AskToPush(return_to: String) -> impl IntoView {
    let did = Viewer::current().map(|viewer| viewer.did);
    view! {
        <div class="notice">
            <p>{t!("ask-push")}</p>
            <form method="post" action=routes::SIGN_IN>
                <FormToken />
                <input type="hidden" name="identifier" value=did />
                <input type="hidden" name="allow" value="push" />
                <input type="hidden" name="return_to" value=return_to />
                <button class="button button-quiet" type="submit">
                    {t!("ask-push-allow")}
                </button>
            </form>
        </div>
    }
}
