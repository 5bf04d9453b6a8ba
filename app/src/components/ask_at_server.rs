//! The way to allow something that this registry may not do yet: at the person's own server, and back.

use leptos::prelude::*;

use super::form_token::FormToken;
use crate::api::viewer::Viewer;
use crate::{routes, t};

/// What the person's server is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allow {
    /// To speak for them at holds elsewhere.
    Holds,
    /// To write what a push writes.
    Push,
    /// To write what describes their repositories, and to delete from them.
    Repositories,
}

/// A form that leads to the person's server, which asks them, and then back to `return_to`.
#[component]
pub(crate) fn AskAtServer(allow: Allow, return_to: String) -> impl IntoView {
    let did = Viewer::current().map(|viewer| viewer.did);
    let (name, why, label, class) = match allow {
        Allow::Holds => (
            "holds",
            t!("ask-holds"),
            t!("ask-allow"),
            "button button-quiet",
        ),
        Allow::Push => (
            "push",
            t!("ask-push"),
            t!("ask-push-allow"),
            "button button-quiet",
        ),
        Allow::Repositories => (
            "repositories",
            t!("ask-repositories"),
            t!("ask-allow"),
            "button",
        ),
    };
    view! {
        <div class="notice">
            <p>{why}</p>
            <form method="post" action=routes::SIGN_IN>
                <FormToken />
                <input type="hidden" name="identifier" value=did />
                <input type="hidden" name="allow" value=name />
                <input type="hidden" name="return_to" value=return_to />
                <button class=class type="submit">
                    {label}
                </button>
            </form>
        </div>
    }
}
