//! The way to allow what owners do with their repositories: at their own server, and back.

use leptos::prelude::*;

use super::form_token::FormToken;
use crate::api::viewer::Viewer;
use crate::{routes, t};

/// A form that leads to the person's server, which asks whether this registry may write what describes repositories
/// and delete from them, and then back to `return_to`.
#[component]
pub(crate) fn AskForRepositories(return_to: String) -> impl IntoView {
    let did = Viewer::current().map(|viewer| viewer.did);
    view! {
        <div class="notice">
            <p>{t!("ask-repositories")}</p>
            <form method="post" action=routes::SIGN_IN>
                <FormToken />
                <input type="hidden" name="identifier" value=did />
                <input type="hidden" name="allow" value="repositories" />
                <input type="hidden" name="return_to" value=return_to />
                <button class="button" type="submit">
                    {t!("ask-allow")}
                </button>
            </form>
        </div>
    }
}
