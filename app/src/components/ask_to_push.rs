//! The way to allow pushes: at the person's own server, and back.

use leptos::prelude::*;

use super::form_token::FormToken;
use crate::api::viewer::Viewer;
use crate::routes;

/// A form that leads to the person's server, which asks whether this registry may write what a push writes, and then
/// back to `return_to`.
#[component]
pub(crate) fn AskToPush(return_to: String) -> impl IntoView {
    let did = Viewer::current().map(|viewer| viewer.did);
    view! {
        <div class="notice">
            <p>
                "To push, allow Longshore to write manifests and tags into your repo. Without it, images can only be
                pulled. Your server asks you, and you come back here."
            </p>
            <form method="post" action=routes::SIGN_IN>
                <FormToken />
                <input type="hidden" name="identifier" value=did />
                <input type="hidden" name="allow" value="push" />
                <input type="hidden" name="return_to" value=return_to />
                <button class="button button-quiet" type="submit">
                    "Allow pushes at your server"
                </button>
            </form>
        </div>
    }
}
