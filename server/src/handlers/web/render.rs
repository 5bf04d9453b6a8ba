//! Rendering a page in answer to a form, for what must not stand in an address.

use std::pin::Pin;
use std::sync::Arc;

use app::api::error::ShownError;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use crate::handlers::middleware::browser_session::{SignedIn, Viewer};
use crate::handlers::middleware::request_id::RequestId;

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

    /// The page at `path` for whoever looks, which shows `error` and the id of the request that met it.
    pub(super) async fn with_error(
        &self,
        path: &str,
        viewer: Viewer,
        status: StatusCode,
        error: ShownError,
        id: Option<RequestId>,
    ) -> Response {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(error);
        if let Some(id) = id {
            request.extensions_mut().insert(id);
        }
        self.render(path, viewer, status, request).await
    }

    /// The page at `address`, a path with or without a query, for `signed_in`. Its source finds `outcome` among the
    /// extensions of the request.
    pub(super) async fn with_outcome<T: Clone + Send + Sync + 'static>(
        &self,
        address: &str,
        signed_in: &SignedIn,
        status: StatusCode,
        outcome: T,
    ) -> Response {
        let viewer = Viewer(Some(signed_in.clone()));
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(outcome);
        self.render(address, viewer, status, request).await
    }

    async fn render(
        &self,
        address: &str,
        viewer: Viewer,
        status: StatusCode,
        mut request: Request,
    ) -> Response {
        match address.parse::<Uri>() {
            Ok(address) => *request.uri_mut() = address,
            Err(_) => return StatusCode::BAD_REQUEST.into_response(),
        }
        request.extensions_mut().insert(viewer);
        let mut response = (self.0)(request).await;
        *response.status_mut() = status;
        response
    }
}
