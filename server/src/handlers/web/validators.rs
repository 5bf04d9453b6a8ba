//! `ETag` of pages, JSON and feeds, so that what did not change is not sent again (RFC 9110, section 8.8.3), and what
//! did is sent small.

use app::routes;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::compression::compressed;
use crate::handlers::middleware::browser_session::Viewer;

/// Larger answers go out as they are.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Adds an `ETag` to successful answers, and answers 304 to whoever has the same already.
///
/// A page carries a nonce that is another one each time; it does not count. The answer 304 has no policy of its own,
/// so that the kept page goes on with the policy, and the nonce, that it came with.
pub(super) async fn add_etag(request: Request, next: Next) -> Response {
    if request.method() != Method::GET || !is_public(&request) {
        return next.run(request).await;
    }
    let asked = request.headers().clone();
    let response = next.run(request).await;
    if response.status() != StatusCode::OK || response.headers().contains_key(header::ETAG) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MAX_BYTES).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let etag = etag(&parts.headers, &body);
    parts.headers.insert(header::ETAG, etag.clone());
    // Proxies may keep what everybody gets, and ask each time whether it is still so.
    let kept = if asked.contains_key(header::COOKIE) {
        "private, no-cache"
    } else {
        "public, no-cache"
    };
    parts
        .headers
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    parts.headers.append(
        header::VARY,
        HeaderValue::from_static("accept-encoding, cookie"),
    );
    let known = asked.get(header::IF_NONE_MATCH);
    if known.is_some_and(|known| is_known(known, &etag)) {
        let mut headers = HeaderMap::new();
        for name in [header::ETAG, header::CACHE_CONTROL, header::VARY] {
            if let Some(value) = parts.headers.remove(&name) {
                headers.insert(name, value);
            }
        }
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let Some(smaller) = compressed(&asked, &body).await else {
        return Response::from_parts(parts, Body::from(body));
    };
    parts
        .headers
        .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(smaller))
}

/// Whether an answer has nothing in it that is only for the one who asks: pages of somebody who is signed in carry
/// what their forms need, and the way there is their own.
fn is_public(request: &Request) -> bool {
    let is_signed_in = request
        .extensions()
        .get::<Viewer>()
        .is_some_and(|viewer| viewer.0.is_some());
    let path = request.uri().path();
    let is_of_images = ["/u/", "/r/", "/search", "/api/v1/", "/feeds/"]
        .iter()
        .any(|beginning| path.starts_with(beginning));
    !is_signed_in && (path == routes::HOME || is_of_images)
}

/// Weak, since the nonce is left out.
fn etag(headers: &HeaderMap, body: &[u8]) -> HeaderValue {
    let nonce = headers
        .get(header::CONTENT_SECURITY_POLICY)
        .and_then(|policy| policy.to_str().ok())
        .and_then(|policy| policy.split_once("'nonce-"))
        .and_then(|(_, rest)| rest.split_once('\''))
        .map(|(nonce, _)| nonce);
    let hash = match (nonce, std::str::from_utf8(body)) {
        (Some(nonce), Ok(text)) => Sha256::digest(text.replace(nonce, "")),
        _ => Sha256::digest(body),
    };
    let text = format!("W/\"{}\"", &hex::encode(hash)[..32]);
    HeaderValue::from_str(&text).expect("hex is a legal header value")
}

pub(super) fn is_known(known: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(known), Ok(etag)) = (known.to_str(), etag.to_str()) else {
        return false;
    };
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let own = opaque(etag);
    known
        .split(',')
        .any(|tag| tag.trim() == "*" || opaque(tag) == own)
}
