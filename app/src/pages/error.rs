//! The page for what cannot be shown: what happened, and one way on.

#![expect(
    clippy::needless_pass_by_value,
    reason = "components own their properties"
)]

use http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::api::error::PageError;
use crate::components::layout::page::Page;
use crate::routes;

/// The words for an error: title, heading, explanation.
fn words(error: &PageError) -> (&'static str, String, String) {
    match error {
        PageError::NotFound { what } => (
            "Not found",
            "Nothing is moored here".to_owned(),
            format!(
                "There is no {what}, or it lies in a hold that only its crew may read. It may also have been deleted."
            ),
        ),
        PageError::BadRequest { reason } => (
            "Not understood",
            "This address makes no sense".to_owned(),
            reason.clone(),
        ),
        PageError::Forbidden => (
            "Not allowed",
            "This is for others".to_owned(),
            "The account you are signed in with may not do this.".to_owned(),
        ),
        PageError::Gone { what } => (
            "Gone",
            "It has sailed".to_owned(),
            format!("{what} was here and has been deleted."),
        ),
        PageError::Unreachable { what } => (
            "No answer",
            "Someone is not answering".to_owned(),
            format!(
                "To show this page, {what} has to answer, and right now it does not. Nothing is lost; try again in a \
                 minute."
            ),
        ),
        PageError::Internal => (
            "Our mistake",
            "Something broke on our side".to_owned(),
            "The failure is in our log. What you asked for may work again in a moment.".to_owned(),
        ),
    }
}

/// Says what happened, with its status, and shows one way on.
#[component]
pub(crate) fn ErrorPage(error: PageError) -> impl IntoView {
    let status = error.status();
    if let Some(response) = use_context::<ResponseOptions>() {
        response
            .set_status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    }
    let (title, heading, explanation) = words(&error);
    let again = matches!(error, PageError::Unreachable { .. } | PageError::Internal);
    // An empty address is that of the page itself.
    let (href, label) = if again {
        ("", "Try again")
    } else {
        (routes::HOME, "Back to the start")
    };
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
            </section>
        </Page>
    }
}
