//! The answer to a path that leads nowhere, and the frame of errors that no page of its own met.

use http::StatusCode;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::error::ErrorPage;
use crate::api::error::ShownError;
use crate::components::layout::page::Page;
use crate::{routes, t};

/// Says so, with status 404, and shows a way on.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    if let Some(shown) = use_context::<ShownError>() {
        return view! { <ErrorPage error=shown.error page=shown.page /> }.into_any();
    }
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(StatusCode::NOT_FOUND);
    }
    view! {
        <Page title=t!("error-page-title") description=t!("error-page-description")>
            <section class="not-found">
                <p class="eyebrow">"404"</p>
                <h1>{t!("error-not-found")}</h1>
                <p class="lead">{t!("error-page-words")}</p>
                <p>
                    <a class="button" href=routes::HOME>
                        {t!("error-home")}
                    </a>
                </p>
            </section>
        </Page>
    }
    .into_any()
}
