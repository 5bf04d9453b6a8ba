//! Rendering a page in answer to a form, for what must not stand in an address.

use std::pin::Pin;
use std::sync::Arc;

use app::api::error::ShownError;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;

use crate::handlers::middleware::browser_session::{SignedIn, Viewer};

type Rendering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Renders whatever page a request asks for.
#[derive(Clone)]
pub(super) struct RenderPage(Arc<dyn Fn(Request) -> Rendering + Send + Sync>);

impl RenderPage {
    pub(super) fn new<Page, Answer>(page: Page) -> Self
    where
        Page: Fn(Request) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Response> + Send + 'static,
    {
        Self(Arc::new(move |request| Box::pin(page(request))))
    }

    /// The page at `path` for whoever looks, which shows `error`.
    pub(super) async fn with_error(
        &self,
        path: &str,
        viewer: Viewer,
        status: StatusCode,
        error: ShownError,
    ) -> Response {
        self.render(path, viewer, status, error).await
    }

    /// The page at `path` for `signed_in`, whose source finds `outcome` among the extensions of the request.
    pub(super) async fn with_outcome<T: Clone + Send + Sync + 'static>(
        &self,
        path: &str,
        signed_in: &SignedIn,
        status: StatusCode,
        outcome: T,
    ) -> Response {
        let viewer = Viewer(Some(signed_in.clone()));
        self.render(path, viewer, status, outcome).await
    }

    async fn render<T: Clone + Send + Sync + 'static>(
        &self,
        path: &str,
        viewer: Viewer,
        status: StatusCode,
        outcome: T,
    ) -> Response {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = path.parse().expect("a path of ours is one");
        request.extensions_mut().insert(viewer);
        request.extensions_mut().insert(outcome);
        let mut response = (self.0)(request).await;
        *response.status_mut() = status;
        response
    }
}
