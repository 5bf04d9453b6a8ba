//! Nothing is changed by a request that another site made a browser send.
//!
//! Browsers say where a request comes from (`Sec-Fetch-Site`), older ones at least from which origin; a request that
//! says neither is refused too. `SameSite` cookies do not tell neighbouring subdomains apart, so they are not enough.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use url::Url;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origin that requests must come from.
#[derive(Clone, Debug)]
pub struct OwnOrigin(Arc<str>);

impl OwnOrigin {
    /// The origin of the server's public address.
    pub fn new(public_url: &Url) -> Self {
        Self(public_url.origin().ascii_serialization().into())
    }
}

/// Refuses requests that change something and do not come from our own pages, for
/// [`axum::middleware::from_fn_with_state`].
pub async fn refuse_cross_site(
    State(OwnOrigin(own)): State<OwnOrigin>,
    request: Request,
    next: Next,
) -> Response {
    let is_safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if is_safe || is_same_origin(request.headers(), &own) {
        return next.run(request).await;
    }
    let message = "This request did not come from a page of this site, so nothing was changed. Go back, reload the \
                   page, and try again.\n";
    let mut response = (StatusCode::FORBIDDEN, message).into_response();
    response.headers_mut().insert(
        header::VARY,
        HeaderValue::from_static("Sec-Fetch-Site, Origin"),
    );
    response
}

fn is_same_origin(headers: &HeaderMap, own: &str) -> bool {
    let only = |name: HeaderName| {
        let mut values = headers.get_all(name).iter();
        let first = values.next();
        (first, values.next().is_none())
    };
    match only(SEC_FETCH_SITE) {
        (Some(site), is_only) => is_only && site == "same-origin",
        (None, _) => {
            let (origin, is_only) = only(header::ORIGIN);
            is_only && origin.is_some_and(|origin| origin == own)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "https://registry.example.com";

    fn accepts(headers: &[(&'static str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        is_same_origin(&map, OWN)
    }

    #[test]
    fn wb_05_only_requests_of_our_own_pages_change_anything() {
        assert!(accepts(&[("sec-fetch-site", "same-origin")]));
        assert!(accepts(&[("origin", OWN)]));
        for refused in [
            &[][..],
            &[("sec-fetch-site", "cross-site"), ("origin", OWN)],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-site", "cross-site"),
            ],
            &[("origin", "null")],
            &[("origin", "https://evil.example")],
            &[("origin", "https://registry.example.com.evil.example")],
            &[("origin", "http://registry.example.com")],
            &[("origin", OWN), ("origin", "https://evil.example")],
            &[("referer", "https://registry.example.com/settings")],
        ] {
            assert!(!accepts(refused), "{refused:?}");
        }
    }
}
