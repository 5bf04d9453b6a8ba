//! The page for what cannot be shown: what happened, and one way on.

#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::api::error::{PageError, Reference};
use crate::api::viewer::Viewer;
use crate::components::layout::page::Page;
use crate::routes;

/// The words for an error: title, heading, explanation.
fn words(error: &PageError) -> (&'static str, &'static str, String) {
    match error {
        PageError::NotFound { what } => (
            "Not found",
            "Nothing is moored here",
            format!(
                "There is no {what}, or it lies in a hold that only its crew may read. It may also have been deleted."
            ),
        ),
        PageError::BadRequest { reason } => (
            "Not understood",
            "This address makes no sense",
            reason.clone(),
        ),
        PageError::Forbidden => (
            "Not allowed",
            "This is for others",
            "The account you are signed in with may not do this.".to_owned(),
        ),
        PageError::Gone { what } => (
            "Gone",
            "It has sailed",
            format!("{what} was here and is not any more."),
        ),
        PageError::TooMany { reason } => ("Too much at once", "Steady as she goes", reason.clone()),
        PageError::Unreachable { what } => (
            "No answer",
            "Someone is not answering",
            format!(
                "To show this page, {what} has to answer, and right now it does not. Nothing is lost; try again in a \
                 minute."
            ),
        ),
        PageError::Unavailable { reason } => ("Not now", "We are not quite there", reason.clone()),
        PageError::Refused { reason, .. } => {
            ("Not done", "That did not go through", reason.clone())
        }
        PageError::Internal => (
            "Our mistake",
            "Something broke on our side",
            "The failure is in our log. What you asked for may work again in a moment.".to_owned(),
        ),
    }
}

/// The one way on: where it leads, and what it is called. `page` is the one that failed, or the one that sent the form
/// that did.
fn way_on(error: &PageError, page: Option<String>) -> (String, &'static str) {
    // An empty address is that of the page itself.
    let page = page.unwrap_or_default();
    match error {
        PageError::Forbidden if Viewer::current().is_none() => {
            (routes::SIGN_IN.to_owned(), "Sign in")
        }
        PageError::Forbidden
        | PageError::BadRequest { .. }
        | PageError::NotFound { .. }
        | PageError::Gone { .. } => (routes::HOME.to_owned(), "Back to the start"),
        PageError::Refused { .. } => (page, "Back to the page"),
        PageError::TooMany { .. }
        | PageError::Unreachable { .. }
        | PageError::Unavailable { .. }
        | PageError::Internal => (page, "Try again"),
    }
}

/// Says what happened, with its status, and shows one way on. `page` is where to try again, when that is not the page
/// itself.
#[component]
pub(crate) fn ErrorPage(
    error: PageError,
    #[prop(optional_no_strip)] page: Option<String>,
) -> impl IntoView {
    let status = error.status();
    if let Some(response) = use_context::<ResponseOptions>() {
        response
            .set_status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    }
    let (title, heading, explanation) = words(&error);
    let (href, label) = way_on(&error, page);
    let is_ours = matches!(status, 500..);
    let status_page = is_ours.then(|| {
        view! { <p class="note"><a href=routes::STATUS>"What works right now"</a></p> }
    });
    let reference = use_context::<Reference>().filter(|_| is_ours);
    let reference = reference.map(|Reference(name)| {
        view! {
            <p class="note">"If you tell the operator of it, name this: " <code>{name}</code></p>
        }
    });
    view! {
        <Page title description=explanation.clone()>
            <section class="not-found">
                <p class="eyebrow">{status}</p>
                <h1>{heading}</h1>
                <p class="lead">{explanation}</p>
                <p>
                    <a class="button" href=href>
                        {label}
                    </a>
                </p>
                {reference}
                {status_page}
            </section>
        </Page>
    }
}
