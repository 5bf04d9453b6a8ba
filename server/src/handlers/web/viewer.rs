//! What every page knows of whoever looks at it.

use app::api::viewer::Viewer as PageViewer;
use axum::http::request::Parts;
use leptos::prelude::{provide_context, use_context};

use crate::handlers::middleware::browser_session::{SignedIn, Viewer};

/// The request that is being answered, and who sent it. `None` while the list of routes is made.
pub(super) fn of_request() -> Option<(Parts, Viewer)> {
    let parts = use_context::<Parts>()?;
    let viewer = Viewer::of(&parts);
    Some((parts, viewer))
}

/// Tells the pages who looks.
pub(super) fn provide(viewer: &Viewer) {
    provide_context::<Option<PageViewer>>(viewer.0.as_ref().map(view));
}

fn view(signed_in: &SignedIn) -> PageViewer {
    let handle = signed_in.handle.as_ref().map(ToString::to_string);
    let namespace = if let Some(handle) = &handle {
        handle.to_lowercase()
    } else {
        let spelled = signed_in.did.to_oci_component();
        spelled.unwrap_or_else(|| signed_in.did.to_string())
    };
    PageViewer {
        did: signed_in.did.to_string(),
        handle,
        namespace,
        avatar: None,
        form_token: signed_in.browser_session.form_token.clone(),
    }
}
