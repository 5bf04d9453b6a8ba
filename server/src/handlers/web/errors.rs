//! Errors that no page met, as pages: what a middleware or a form refused in a line of text is shown to people like
//! everything else, with a way on.

use app::api::error::{PageError, ShownError};
use app::t;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

use super::render::RenderPage;
use crate::handlers::middleware::browser_session::Viewer;
use crate::handlers::middleware::request_id::RequestId;

/// Our own refusals are a few lines.
const MAX_TEXT: usize = 4 * 1024;
/// No page has this path, so that the frame of errors is shown.
const PATH: &str = "/-/error";

/// Shows errors as pages, for [`axum::middleware::from_fn_with_state`].
#[derive(Clone)]
pub struct ErrorPages(RenderPage);

impl ErrorPages {
    pub(super) fn new(render: RenderPage) -> Self {
        Self(render)
    }
}

/// Shows a page to whoever asked for one and would get a line of text. Programs get what they got.
pub async fn show_errors(
    State(pages): State<ErrorPages>,
    request: Request,
    next: Next,
) -> Response {
    if !wants_page(request.headers()) {
        return next.run(request).await;
    }
    let page = page_of(request.method(), request.uri(), request.headers());
    let viewer = request.extensions().get::<Viewer>().cloned();
    let id = request.extensions().get::<RequestId>().cloned();
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || !is_text(response.headers()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let text = to_bytes(body, MAX_TEXT).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text).trim().to_owned();
    let shown = ShownError {
        error: page_error(status, &text),
        page: Some(page),
    };
    let viewer = viewer.unwrap_or_default();
    let mut shown = pages.0.with_error(PATH, viewer, status, shown, id).await;
    for name in [header::RETRY_AFTER, header::SET_COOKIE, header::ALLOW] {
        for value in parts.headers.get_all(&name) {
            shown.headers_mut().append(name.clone(), value.clone());
        }
    }
    shown
}

fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// Whether an answer is a line of ours: pages, JSON and files say that they are something else.
fn is_text(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// Where people try again: the page itself, or the one that sent the form.
fn page_of(method: &Method, uri: &Uri, headers: &HeaderMap) -> String {
    let own = uri.path_and_query().map_or("/", |path| path.as_str());
    if matches!(*method, Method::GET | Method::HEAD) {
        return own.to_owned();
    }
    // Only the path counts, so another site's address leads nowhere but here.
    headers
        .get(header::REFERER)
        .and_then(|referer| referer.to_str().ok())
        .and_then(|referer| url::Url::parse(referer).ok())
        .map(|referer| referer[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
        .filter(|path| path.starts_with('/') && !path.starts_with("//"))
        .unwrap_or_else(|| app::routes::HOME.to_owned())
}

fn page_error(status: StatusCode, text: &str) -> PageError {
    let reason = |otherwise: &str| {
        if text.is_empty() {
            otherwise.to_owned()
        } else {
            text.to_owned()
        }
    };
    match status {
        StatusCode::NOT_FOUND => PageError::NotFound {
            what: t!("missing-page").to_owned(),
        },
        StatusCode::GONE => PageError::Gone {
            what: t!("gone-address").to_owned(),
        },
        StatusCode::TOO_MANY_REQUESTS => PageError::TooMany {
            reason: reason(t!("error-too-many-words")),
        },
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            PageError::Unavailable {
                reason: reason(t!("error-unavailable-words")),
            }
        }
        StatusCode::METHOD_NOT_ALLOWED => PageError::Refused {
            status: status.as_u16(),
            reason: t!("error-no-page-words").to_owned(),
        },
        status if status.is_server_error() => PageError::Internal,
        status => PageError::Refused {
            status: status.as_u16(),
            reason: reason(t!("error-refused-words")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_try_again_on_a_page_of_ours() {
        let of = |method: Method, referer: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::REFERER, referer.parse().unwrap());
            page_of(&method, &Uri::from_static("/settings/data?x=1"), &headers)
        };
        assert_eq!(
            of(Method::GET, "https://a.example/other"),
            "/settings/data?x=1"
        );
        assert_eq!(of(Method::POST, "https://a.example/r/b?c=d#e"), "/r/b?c=d");
        assert_eq!(of(Method::POST, "https://a.example//evil.example"), "/");
        assert_eq!(of(Method::POST, "nonsense"), "/");
    }
}
