//! What becomes of a page once its content is there, or is not.

use std::future::Future;

use leptos::prelude::*;

use crate::api::error::PageError;
use crate::pages::error::ErrorPage;

/// Waits for `load` and draws what it brings, else the page that says why there is nothing.
pub(crate) fn loaded<T, Load, Render, View>(load: Load, render: Render) -> AnyView
where
    T: Send + 'static,
    Load: Future<Output = Result<T, PageError>> + Send + 'static,
    Render: FnOnce(T) -> View + Send + 'static,
    View: IntoView + 'static,
{
    Suspend::new(async move {
        match load.await {
            Ok(content) => render(content).into_any(),
            Err(error) => view! { <ErrorPage error /> }.into_any(),
        }
    })
    .into_any()
}
