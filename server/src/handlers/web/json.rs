//! What pages show, as JSON: `/api/v1` and the address of the page. See `docs/api.md`.

use app::api::error::PageError;
use app::api::person::PersonSource as _;
use app::api::repository::RepositorySource as _;
use app::api::repository::compare::CompareQuery;
use app::api::repository::files::FilesQuery;
use app::api::repository::tags::TagsQuery;
use app::api::search::{SearchQuery, SearchSource as _};
use app::routes::{RepositoryAddress, RepositoryPage};
use app::t;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use super::sources::CatalogPages;
use crate::handlers::middleware::browser_session::Viewer;

/// Every parameter that some page knows; each takes its own.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parameters {
    q: String,
    kind: String,
    signed: Option<String>,
    readme: Option<String>,
    starred: Option<String>,
    os: String,
    arch: String,
    sort: String,
    filter: String,
    order: String,
    after: Option<String>,
    platform: Option<String>,
    layer: Option<usize>,
    path: String,
    search: String,
    from: String,
    to: String,
}

/// The routes below `/api/v1`.
pub(super) fn routes(pages: CatalogPages) -> Router {
    Router::new()
        .route("/api/v1/u/{name}", get(person))
        .route("/api/v1/r/{*rest}", get(repository))
        .route("/api/v1/search", get(search))
        .with_state(pages)
}

async fn person(
    State(pages): State<CatalogPages>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let pages = pages.for_request(request.extensions());
    answer(&pages, pages.person(&name).await)
}

async fn search(
    State(pages): State<CatalogPages>,
    Query(parameters): Query<Parameters>,
    request: Request,
) -> Response {
    let pages = pages.for_request(request.extensions());
    let query = SearchQuery {
        text: parameters.q,
        os: parameters.os,
        architecture: parameters.arch,
        kind: parameters.kind,
        signed: parameters.signed.is_some(),
        readme: parameters.readme.is_some(),
        starred: parameters.starred.is_some(),
        sort: parameters.sort,
        after: parameters.after,
    };
    answer(&pages, pages.search(&query).await)
}

async fn repository(
    State(pages): State<CatalogPages>,
    Path(rest): Path<String>,
    Query(parameters): Query<Parameters>,
    request: Request,
) -> Response {
    let viewer = request.extensions().get::<Viewer>().cloned();
    let pages = pages.for_request(request.extensions());
    let Some(RepositoryAddress { name, page }) = RepositoryAddress::parse(&rest) else {
        let what = t!("missing-page").to_owned();
        return answer::<()>(&pages, Err(PageError::NotFound { what }));
    };
    match page {
        RepositoryPage::Overview => answer(&pages, pages.overview(&name).await),
        RepositoryPage::Tags => {
            let query = TagsQuery {
                filter: parameters.filter,
                order: parameters.order,
                after: parameters.after,
            };
            answer(&pages, pages.tags(&name, &query).await)
        }
        RepositoryPage::Image(reference) => answer(&pages, pages.image(&name, &reference).await),
        RepositoryPage::Files(reference) => {
            let query = FilesQuery {
                platform: parameters.platform,
                layer: parameters.layer,
                path: parameters.path,
                search: parameters.search,
            };
            answer(&pages, pages.files(&name, &reference, &query).await)
        }
        RepositoryPage::Deletion(id) => {
            let viewer = viewer.and_then(|viewer| viewer.0);
            let progress = pages.owners.deletion_progress(viewer.as_ref(), &name, &id);
            answer(&pages, progress.await)
        }
        RepositoryPage::Edit
        | RepositoryPage::Settings
        | RepositoryPage::Delete
        | RepositoryPage::Star => {
            let what = t!("missing-page").to_owned();
            answer::<()>(&pages, Err(PageError::NotFound { what }))
        }
        RepositoryPage::Compare => {
            let query = CompareQuery {
                from: parameters.from,
                to: parameters.to,
                platform: parameters.platform,
            };
            answer(&pages, pages.compare(&name, &query).await)
        }
    }
}

/// The content, or why there is none. What everybody may read, pages of other origins may read too.
fn answer<T: Serialize>(pages: &CatalogPages, content: Result<T, PageError>) -> Response {
    let mut response = match content {
        Ok(content) => Json(content).into_response(),
        Err(error) => failure(&error),
    };
    if pages.reader.user.is_none() {
        response.headers_mut().insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
    }
    response
}

/// Why there is nothing.
pub(super) fn failure(error: &PageError) -> Response {
    let (code, message) = match error {
        PageError::NotFound { what } => {
            ("NotFound", t!("error-json-not-found", what = what.clone()))
        }
        PageError::BadRequest { reason } => ("BadRequest", reason.clone()),
        PageError::Forbidden => ("Forbidden", t!("error-json-forbidden").to_owned()),
        PageError::Gone { what } => ("Gone", t!("error-json-gone", what = what.clone())),
        PageError::Unreachable { what } => (
            "Unreachable",
            t!("error-json-unreachable", what = what.clone()),
        ),
        PageError::TooMany { reason } => ("RateLimitExceeded", reason.clone()),
        PageError::Unavailable { reason } => ("Unavailable", reason.clone()),
        PageError::Refused { reason, .. } => ("Refused", reason.clone()),
        PageError::Internal => ("Internal", t!("error-json-internal").to_owned()),
    };
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::json!({ "error": code, "message": message });
    (status, Json(body)).into_response()
}
