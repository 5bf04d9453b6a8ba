//! Headers that every answer carries, whatever route or error it comes from.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use url::Url;

/// For everything that is not a page: nothing may load, and nobody may frame it.
const NO_CONTENT: &str = "default-src 'none'; frame-ancestors 'none'";

/// One year, as browsers ask for before they trust it.
const STRICT_TRANSPORT: &str = "max-age=31536000; includeSubDomains";

/// Only our own pages may embed one of ours. What others may embed is no page: images, and what they fetch.
const EMBEDDED_BY: HeaderValue = HeaderValue::from_static("same-origin");

const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// The headers to add, worked out once.
#[derive(Clone, Debug)]
pub struct SecurityHeaders(Arc<[(HeaderName, HeaderValue)]>);

impl SecurityHeaders {
    /// `Strict-Transport-Security` is sent only by a server whose public URL is `https`.
    pub fn new(public_url: &Url) -> Self {
        let mut headers = vec![
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CONTENT_SECURITY_POLICY, NO_CONTENT),
            (header::X_FRAME_OPTIONS, "DENY"),
            (header::REFERRER_POLICY, "same-origin"),
            (
                HeaderName::from_static("cross-origin-opener-policy"),
                "same-origin",
            ),
            (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        ];
        if public_url.scheme() == "https" {
            headers.push((header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT));
        }
        let fixed = |(name, value)| (name, HeaderValue::from_static(value));
        Self(headers.into_iter().map(fixed).collect())
    }
}

/// Adds what the handler did not set itself, for [`axum::middleware::from_fn_with_state`]. Pages
/// bring their own policy with a nonce, blobs a stricter one.
pub async fn add_security_headers(
    State(SecurityHeaders(headers)): State<SecurityHeaders>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let is_unchanged = response.status() == StatusCode::NOT_MODIFIED;
    let is_page = is_page(&response);
    let present = response.headers_mut();
    if is_page {
        present.insert(
            HeaderName::from_static("cross-origin-resource-policy"),
            EMBEDDED_BY,
        );
    }
    for (name, value) in headers.iter() {
        // What a 304 carries replaces what was kept with the content, and a kept page needs its own policy
        // (RFC 9111, section 3.2).
        if is_unchanged && *name == header::CONTENT_SECURITY_POLICY {
            continue;
        }
        if !present.contains_key(name) {
            present.insert(name.clone(), value.clone());
        }
    }
    response
}

fn is_page(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::{Router, middleware, routing};
    use tower::ServiceExt;

    use super::*;

    async fn answer(public_url: &str, path: &str) -> Response {
        let headers = SecurityHeaders::new(&public_url.parse().unwrap());
        let own_policy = || async { [(header::CONTENT_SECURITY_POLICY, "sandbox")] };
        Router::new()
            .route("/own", routing::get(own_policy))
            .layer(middleware::from_fn_with_state(
                headers,
                add_security_headers,
            ))
            .oneshot(Request::get(path).body(Body::empty()).unwrap())
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn errors_carry_the_headers_too() {
        let response = answer("https://registry.example", "/nowhere").await;
        assert_eq!(response.status(), 404);
        assert_eq!(
            response.headers()[header::CONTENT_SECURITY_POLICY],
            NO_CONTENT
        );
        assert_eq!(
            response.headers()[header::X_CONTENT_TYPE_OPTIONS],
            "nosniff"
        );
    }

    #[tokio::test]
    async fn a_handlers_own_policy_stays() {
        let response = answer("https://registry.example", "/own").await;
        assert_eq!(
            response.headers()[header::CONTENT_SECURITY_POLICY],
            "sandbox"
        );
    }

    #[tokio::test]
    async fn wb_01_strict_transport_is_for_https_only() {
        let sent = |response: Response| {
            response
                .headers()
                .contains_key(header::STRICT_TRANSPORT_SECURITY)
        };
        assert!(sent(answer("https://registry.example", "/own").await));
        assert!(!sent(answer("http://localhost:5000", "/own").await));
    }
}
