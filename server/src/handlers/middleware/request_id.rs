//! `x-request-id`: one id per request, in the answer and in every log line about it.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};

/// The header, in requests and answers.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, in its extensions. Visible ASCII, at most [`MAX_LENGTH`] characters.
#[derive(Debug, Clone)]
pub struct RequestId(HeaderValue);

/// The longest id that is taken over from a client.
const MAX_LENGTH: usize = 64;

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// An id that no other request of this process has: a counter, scrambled by an odd factor from a random
    /// start, which costs no system call and does not tell how many requests there were.
    fn generate() -> Self {
        static START: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("request id"));
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let id = START.wrapping_add(count.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut digits = [0_u8; 16];
        hex::encode_to_slice(id.to_be_bytes(), &mut digits)
            .expect("eight bytes are sixteen digits");
        Self(HeaderValue::from_bytes(&digits).expect("hex digits are visible ASCII"))
    }

    /// An id from a proxy or client, unless it could break a log line.
    fn accept(value: &HeaderValue) -> Option<Self> {
        let bytes = value.as_bytes();
        let sane = (1..=MAX_LENGTH).contains(&bytes.len())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
        sane.then(|| Self(value.clone()))
    }
}

/// Gives the request its id, and the answer the same one.
pub async fn assign(mut request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get(X_REQUEST_ID)
        .and_then(RequestId::accept)
        .unwrap_or_else(RequestId::generate);
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    response.headers_mut().insert(X_REQUEST_ID, id.0);
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use axum::{Router, middleware};
    use tower::ServiceExt as _;

    use super::*;

    async fn answered_id(sent: Option<&str>) -> String {
        let router = Router::new()
            .route("/", get(|| async {}))
            .layer(middleware::from_fn(assign));
        let mut request = Request::new(Body::empty());
        if let Some(sent) = sent {
            request
                .headers_mut()
                .insert(X_REQUEST_ID, sent.parse().unwrap());
        }
        let response = router.oneshot(request).await.unwrap();
        response.headers()[X_REQUEST_ID]
            .to_str()
            .unwrap()
            .to_owned()
    }

    #[tokio::test]
    async fn a_sane_id_is_taken_over_and_any_other_replaced() {
        assert_eq!(answered_id(Some("proxy-1.2_3")).await, "proxy-1.2_3");
        assert_eq!(answered_id(None).await.len(), 16);
        assert_eq!(answered_id(Some("a b")).await.len(), 16);
        assert_eq!(answered_id(Some(&"x".repeat(65))).await.len(), 16);
    }

    #[test]
    fn generated_ids_differ() {
        let ids: std::collections::HashSet<_> = (0..1000)
            .map(|_| RequestId::generate().as_str().to_owned())
            .collect();
        assert_eq!(ids.len(), 1000);
    }
}
