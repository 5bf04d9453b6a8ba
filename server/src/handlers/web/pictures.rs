//! What other sites show when somebody links to a page: `/og/site.png`, and `/og/r/<owner>/<path>.png`.

use app::api::repository::RepositorySource as _;
use app::api::repository::overview::Overview;
use app::flags::Flag;
use app::{routes, t};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::DateTime;

use super::sources::CatalogPages;
use super::validators::is_known;
use crate::pictures::{PictureError, Pictures, RepositoryCard, Subject};

/// A hold may become private, and a description change.
const TEN_MINUTES: HeaderValue = HeaderValue::from_static("public, max-age=600");

#[derive(Clone)]
struct PictureState {
    /// With the eyes of nobody: a picture is for everybody.
    pages: CatalogPages,
    pictures: Pictures,
}

/// The routes below `/og`.
pub(super) fn routes(pages: CatalogPages) -> Router {
    Router::new()
        .route(routes::SITE_PICTURE, get(site))
        .route("/og/r/{*name}", get(repository))
        .with_state(PictureState {
            pages,
            pictures: Pictures::default(),
        })
}

async fn site(State(state): State<PictureState>, headers: HeaderMap) -> Response {
    answer(&state.pictures, Subject::Site, &headers).await
}

async fn repository(
    State(state): State<PictureState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(name) = name.strip_suffix(".png") else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match state.pages.overview(name).await {
        Ok(overview) => answer(&state.pictures, card(overview), &headers).await,
        Err(error) => StatusCode::from_u16(error.status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            .into_response(),
    }
}

async fn answer(pictures: &Pictures, subject: Subject, request: &HeaderMap) -> Response {
    let etag = format!("\"{:016x}\"", subject.fingerprint());
    let etag = HeaderValue::from_str(&etag).expect("hex is a legal header value");
    let caching = [
        (header::ETAG, etag.clone()),
        (header::CACHE_CONTROL, TEN_MINUTES),
    ];
    let known = request.get(header::IF_NONE_MATCH);
    if known.is_some_and(|known| is_known(known, &etag)) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    match pictures.png(subject).await {
        Ok(png) => {
            let kind = [
                (header::CONTENT_TYPE, "image/png"),
                // Other sites show it.
                (
                    HeaderName::from_static("cross-origin-resource-policy"),
                    "cross-origin",
                ),
            ];
            (caching, kind, png).into_response()
        }
        Err(PictureError::Busy) => (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::RETRY_AFTER, "5")],
        )
            .into_response(),
        Err(error @ PictureError::Failed { .. }) => {
            tracing::error!(error = &error as &dyn std::error::Error, "no picture");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn card(overview: Overview) -> Subject {
    let flag = Flag::of(&overview.name);
    let pushed = overview
        .recent
        .first()
        .and_then(|tag| DateTime::parse_from_rfc3339(&tag.pushed_at.exact).ok())
        .map(|time| t!("row-pushed", when = time.format("%-d %b %Y").to_string()));
    let platforms = overview.tag.into_iter().flat_map(|tag| tag.platforms);
    Subject::Repository(RepositoryCard {
        owner: overview.owner.name,
        path: overview.path,
        description: overview.summary.unwrap_or_default(),
        platforms: platforms.filter_map(|image| image.platform).collect(),
        facts: overview
            .size
            .map(app::text::bytes)
            .into_iter()
            .chain(pushed)
            .collect(),
        flag: (flag.field, flag.figure, flag.pattern),
    })
}
