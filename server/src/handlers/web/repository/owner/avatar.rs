//! Pictures of repositories, through our own server, so that nobody else learns who looks.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::{OwnerState, user};
use crate::handlers::middleware::browser_session::Viewer;
use crate::handlers::web::views;

/// Which version of the picture a page asks for.
#[derive(Deserialize)]
pub(super) struct Parameters {
    #[serde(default)]
    v: String,
}

/// `GET /avatars/r/<name>?v=<cid>`.
pub(super) async fn get(
    State(state): State<OwnerState>,
    Path(name): Path<String>,
    Query(Parameters { v: version }): Query<Parameters>,
    viewer: Viewer,
) -> Response {
    let reader = viewer.0.as_ref().map(user);
    let Ok(name) = views::repository_name(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let avatar = match state.repositories.avatar(reader.as_ref(), &name).await {
        Ok(Some(avatar)) => avatar,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::info!(
                error = &error as &dyn std::error::Error,
                "a picture of a repository could not be shown"
            );
            return StatusCode::NOT_FOUND.into_response();
        }
    };
    let mut headers = HeaderMap::new();
    let fixed: [(HeaderName, &'static str); 5] = [
        (header::CONTENT_TYPE, avatar.media_type),
        // It came from a stranger: a picture in a page, and nothing at all on its own.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_DISPOSITION, "attachment"),
        (
            header::CACHE_CONTROL,
            if version.is_empty() {
                "private, max-age=300"
            } else {
                "private, max-age=31536000, immutable"
            },
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    (headers, avatar.content.clone()).into_response()
}
