//! One span, one log line and the metrics of every request.
//!
//! Runs inside [`request_id`](super::request_id). Query strings, headers, bodies and addresses are never
//! logged: they hold tokens and people. On the hot path it allocates nothing of its own except where the
//! level is on or a body is long enough to be counted piece by piece.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use http_body::{Body as _, Frame, SizeHint};
use tracing::Instrument as _;

use super::request_id::RequestId;
use crate::handlers::metrics::{InFlight, Metrics};

/// What a request did, as metrics and log lines call it: set by a handler in the extensions of its answer
/// where the route alone does not say. One of a fixed set of names.
#[derive(Debug, Clone, Copy)]
pub struct OperationLabel(pub &'static str);

/// Bodies up to this size are counted by what they announce.
const COUNTED_WHOLE: u64 = 64 * 1024;

/// Logs and counts a request.
pub async fn record(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let in_flight = metrics.enter();
    let kind = Kind::of(request.uri().path());
    let span = span_of(&request, kind);
    let request = request.map(|body| count_request(body, &metrics));

    let response = if span.is_disabled() {
        next.run(request).await
    } else {
        next.run(request).instrument(span.clone()).await
    };

    let duration = started.elapsed();
    let operation = response
        .extensions()
        .get::<OperationLabel>()
        .map_or(kind.label(), |label| label.0);
    metrics.record_request(operation, response.status(), duration);
    let bytes = response.body().size_hint().exact();
    span.in_scope(|| log(kind, operation, response.status(), duration, bytes));
    response.map(|body| count_response(body, bytes, metrics, in_flight))
}

/// What is behind a path, as far as its beginning says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Registry,
    Token,
    Hold,
    Probe,
    Asset,
    Page,
}

impl Kind {
    fn of(path: &str) -> Self {
        let first = path
            .trim_start_matches('/')
            .split('/')
            .next()
            .unwrap_or_default();
        match first {
            "v2" => Self::Registry,
            "auth" => Self::Token,
            "xrpc" | ".well-known" => Self::Hold,
            "health" | "ready" | "metrics" => Self::Probe,
            "pkg" => Self::Asset,
            // Pages have no dots in their first part; favicon.ico and robots.txt do.
            name if name.contains('.') && !path.trim_start_matches('/').contains('/') => {
                Self::Asset
            }
            _ => Self::Page,
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Token => "token",
            Self::Hold => "hold",
            Self::Probe => "probe",
            Self::Asset => "asset",
            Self::Page => "page",
        }
    }

    const fn is_quiet(self) -> bool {
        matches!(self, Self::Probe | Self::Asset)
    }
}

fn span_of(request: &Request, kind: Kind) -> tracing::Span {
    if kind.is_quiet() && !tracing::enabled!(tracing::Level::DEBUG) {
        return tracing::Span::none();
    }
    tracing::info_span!(
        "request",
        request.id = request
            .extensions()
            .get::<RequestId>()
            .map(RequestId::as_str),
        http.method = request.method().as_str(),
        http.route = request
            .extensions()
            .get::<MatchedPath>()
            .map(MatchedPath::as_str),
    )
}

fn log(kind: Kind, operation: &str, status: StatusCode, duration: Duration, bytes: Option<u64>) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                operation,
                http.status = status.as_u16(),
                // Whole microseconds, so that the number stays short.
                duration_ms =
                    f64::from(u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)) / 1000.0,
                bytes,
                "answered"
            )
        };
    }
    if kind.is_quiet() {
        line!(debug);
    } else {
        line!(info);
    }
}

fn count_request(body: Body, metrics: &Metrics) -> Body {
    match body.size_hint().exact() {
        Some(0) => body,
        Some(size) if size <= COUNTED_WHOLE => {
            metrics.add_bytes_in(size);
            body
        }
        _ => Body::new(CountedBody {
            body,
            metrics: metrics.clone(),
            direction: Direction::In,
            _in_flight: None,
        }),
    }
}

fn count_response(body: Body, exact: Option<u64>, metrics: Metrics, in_flight: InFlight) -> Body {
    match exact {
        Some(size) if size <= COUNTED_WHOLE => {
            metrics.add_bytes_out(size);
            body
        }
        _ => Body::new(CountedBody {
            body,
            metrics,
            direction: Direction::Out,
            _in_flight: Some(in_flight),
        }),
    }
}

#[derive(Debug, Clone, Copy)]
enum Direction {
    In,
    Out,
}

/// A body that counts its bytes as they pass, and keeps its request in progress until it ends.
struct CountedBody {
    body: Body,
    metrics: Metrics,
    direction: Direction,
    _in_flight: Option<InFlight>,
}

impl http_body::Body for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            // A usize fits: no frame is longer than what memory holds.
            let bytes = u64::try_from(data.len()).unwrap_or(u64::MAX);
            match self.direction {
                Direction::In => self.metrics.add_bytes_in(bytes),
                Direction::Out => self.metrics.add_bytes_out(bytes),
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::post;
    use axum::{Extension, Router, middleware};
    use tower::ServiceExt as _;

    use super::*;

    fn router(metrics: &Metrics) -> Router {
        let echo = |body: Bytes| async move {
            (
                Extension(OperationLabel("start_upload")),
                vec![0_u8; 100_000 + body.len()],
            )
        };
        Router::new()
            .route("/v2/{*rest}", post(echo))
            .layer(middleware::from_fn_with_state(metrics.clone(), record))
    }

    #[tokio::test]
    async fn a_request_is_counted_by_its_operation_with_its_bytes() {
        let metrics = Metrics::install().unwrap();
        let request = Request::post("/v2/x/blobs/uploads/?token=s3cret")
            .body(Body::from("12345"))
            .unwrap();
        let response = router(&metrics).oneshot(request).await.unwrap();
        assert_eq!(response.body().size_hint().exact(), Some(100_005));
        assert!(
            metrics
                .render()
                .contains("longshore_http_requests_in_flight 1")
        );
        let body = axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap();
        assert_eq!(body.len(), 100_005);
        let text = metrics.render();
        assert!(
            text.contains(r#"{operation="start_upload",status="200"} 1"#),
            "{text}"
        );
        assert!(
            text.contains("longshore_http_request_bytes_total 5"),
            "{text}"
        );
        assert!(
            text.contains("longshore_http_response_bytes_total 100005"),
            "{text}"
        );
        assert!(
            text.contains("longshore_http_requests_in_flight 0"),
            "{text}"
        );
        assert!(!text.contains("s3cret"));
    }

    #[test]
    fn a_path_tells_what_kind_of_request_it_is() {
        let cases = [
            ("/v2/", Kind::Registry),
            ("/v2/alice.example/x/manifests/1", Kind::Registry),
            ("/auth/token", Kind::Token),
            ("/ready", Kind::Probe),
            ("/pkg/longshore.css", Kind::Asset),
            ("/favicon.ico", Kind::Asset),
            ("/", Kind::Page),
            ("/u/alice.example", Kind::Page),
        ];
        for (path, kind) in cases {
            assert_eq!(Kind::of(path), kind, "{path}");
        }
    }
}
