//! What becomes of a page once its content is there, or is not.

use std::future::Future;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;

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
    // What was waited for is written outside of the page's owner, where what belongs into the head would not find it.
    Suspend::new(async move {
        match load.await {
            Ok(content) => OwnedView::new(render(content)).into_any(),
            Err(error) => OwnedView::new(view! { <ErrorPage error /> }).into_any(),
        }
    })
    .into_any()
}

/// Draws a part of a page from the source of this request, which takes a while and cannot fail.
pub(crate) fn from_source<Source, Draw, Drawing, View>(draw: Draw) -> Option<AnyView>
where
    Source: Send + Sync + ?Sized + 'static,
    Draw: FnOnce(Arc<Source>) -> Drawing,
    Drawing: Future<Output = View> + Send + 'static,
    View: IntoView + 'static,
{
    // Absent only while the list of routes is made.
    let drawing = draw(use_context::<Arc<Source>>()?);
    let part = Suspend::new(async move { OwnedView::new(drawing.await).into_any() });
    Some(part.into_any())
}
