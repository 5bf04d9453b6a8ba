//! The way to allow what owners do with their repositories: at their own server, and back.

use leptos::prelude::*;

use super::form_token::FormToken;
use crate::api::viewer::Viewer;
use crate::routes;

/// A form that leads to the person's server, which asks whether this registry may write what describes repositories
/// and delete from them, and then back to `return_to`.
#[component]
pub(crate) fn AskForRepositories(return_to: String) -> impl IntoView {
    let did = Viewer::current().map(|viewer| viewer.did);
    view! {
        <div class="notice">
            <p>
                "Everything about your repositories is a record in your own repo. To change it from here, allow
                Longshore to write these records. Your server asks you, and you come back here."
            </p>
            <form method="post" action=routes::SIGN_IN>
                <FormToken />
                <input type="hidden" name="identifier" value=did />
                <input type="hidden" name="allow" value="repositories" />
                <input type="hidden" name="return_to" value=return_to />
                <button class="button" type="submit">
                    "Allow it at your server"
                </button>
            </form>
        </div>
    }
}
