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
use crate::{routes, t, t_view};

/// The words for an error: title, heading, explanation.
fn words(error: &PageError) -> (&'static str, &'static str, String) {
    match error {
        PageError::NotFound { what } => (
            t!("error-not-found-title"),
            t!("error-not-found"),
            t!("error-not-found-words", what = what.clone()),
        ),
        PageError::BadRequest { reason } => (
            t!("error-bad-request-title"),
            t!("error-bad-request"),
            reason.clone(),
        ),
        PageError::Forbidden => (
            t!("error-forbidden-title"),
            t!("error-forbidden"),
            t!("error-forbidden-words").to_owned(),
        ),
        PageError::Gone { what } => (
            t!("error-gone-title"),
            t!("error-gone"),
            t!("error-gone-words", what = what.clone()),
        ),
        PageError::TooMany { reason } => (
            t!("error-too-many-title"),
            t!("error-too-many"),
            reason.clone(),
        ),
        PageError::Unreachable { what } => (
            t!("error-unreachable-title"),
            t!("error-unreachable"),
            t!("error-unreachable-words", what = what.clone()),
        ),
        PageError::Unavailable { reason } => (
            t!("error-unavailable-title"),
            t!("error-unavailable"),
            reason.clone(),
        ),
        PageError::Refused { reason, .. } => (
            t!("error-refused-title"),
            t!("error-refused"),
            reason.clone(),
        ),
        PageError::Internal => (
            t!("error-internal-title"),
            t!("error-internal"),
            t!("error-internal-words").to_owned(),
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
            (routes::SIGN_IN.to_owned(), t!("error-sign-in"))
        }
        PageError::Forbidden
        | PageError::BadRequest { .. }
        | PageError::NotFound { .. }
        | PageError::Gone { .. } => (routes::HOME.to_owned(), t!("error-home")),
        PageError::Refused { .. } => (page, t!("error-back")),
        PageError::TooMany { .. }
        | PageError::Unreachable { .. }
        | PageError::Unavailable { .. }
        | PageError::Internal => (page, t!("error-again")),
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
        view! { <p class="note"><a href=routes::STATUS>{t!("error-status")}</a></p> }
    });
    let reference = use_context::<Reference>().filter(|_| is_ours);
    let reference = reference.map(|Reference(name)| {
        let reference = view! { <code>{name}</code> };
        view! { <p class="note">{t_view!("error-reference", reference = reference)}</p> }
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
