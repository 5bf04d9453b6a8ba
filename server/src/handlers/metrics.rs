//! `/metrics` in Prometheus form, and the numbers about requests behind it.
//!
//! Other modules count with the macros of the `metrics` crate; what they count appears here too.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use metrics::{Counter, Gauge, Histogram, Unit, counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use secrecy::ExposeSecret as _;
use subtle::ConstantTimeEq as _;
use url::Host;

use crate::config::MetricsAccess;

const REQUESTS: &str = "longshore_http_requests_total";
const DURATION: &str = "longshore_http_request_duration_seconds";
const IN_FLIGHT: &str = "longshore_http_requests_in_flight";
const BYTES_IN: &str = "longshore_http_request_bytes_total";
const BYTES_OUT: &str = "longshore_http_response_bytes_total";
const RESIDENT: &str = "process_resident_memory_bytes";

/// Upper bounds in seconds: from a cached manifest to a large layer.
const DURATION_BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0,
];

/// How often recorded durations are folded into buckets when nobody scrapes; they pile up otherwise.
const UPKEEP: Duration = Duration::from_secs(5);

/// The numbers of one server. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    exporter: PrometheusHandle,
    recorder: Arc<dyn metrics::Recorder + Send + Sync>,
    /// Handles by operation and status: looking one up takes no allocation, making one does.
    requests: RwLock<HashMap<(&'static str, u16), Counter>>,
    durations: RwLock<HashMap<&'static str, Histogram>>,
    in_flight: Gauge,
    bytes_in: Counter,
    bytes_out: Counter,
    resident: Gauge,
}

impl Metrics {
    /// Sets metrics up. The first one in a process also receives what other modules count.
    pub fn install() -> Result<Self, BuildError> {
        let recorder = Arc::new(
            PrometheusBuilder::new()
                .set_buckets(DURATION_BUCKETS)?
                .build_recorder(),
        );
        let exporter = recorder.handle();
        // A second server in one process (tests) keeps its own request numbers and leaves the rest to the first.
        let _ = metrics::set_global_recorder(Arc::clone(&recorder));
        let recorder: Arc<dyn metrics::Recorder + Send + Sync> = recorder;
        let inner = metrics::with_local_recorder(&*recorder, || {
            describe();
            Inner {
                exporter,
                recorder: Arc::clone(&recorder),
                requests: RwLock::default(),
                durations: RwLock::default(),
                in_flight: gauge!(IN_FLIGHT),
                bytes_in: counter!(BYTES_IN),
                bytes_out: counter!(BYTES_OUT),
                resident: gauge!(RESIDENT),
            }
        });
        Ok(Self(Arc::new(inner)))
    }

    /// Keeps memory flat when nobody scrapes. Runs until dropped.
    pub async fn run_upkeep(self) {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            self.0.exporter.run_upkeep();
        }
    }

    /// Counts an answered request. `operation` comes from a fixed set, never from a path.
    pub fn record_request(&self, operation: &'static str, status: StatusCode, duration: Duration) {
        self.request_counter(operation, status).increment(1);
        self.duration_histogram(operation)
            .record(duration.as_secs_f64());
    }

    /// Counts bytes of request bodies.
    pub fn add_bytes_in(&self, bytes: u64) {
        self.0.bytes_in.increment(bytes);
    }

    /// Counts bytes of answers.
    pub fn add_bytes_out(&self, bytes: u64) {
        self.0.bytes_out.increment(bytes);
    }

    /// Counts a request as in progress for as long as the value lives.
    pub fn enter(&self) -> InFlight {
        self.0.in_flight.increment(1);
        InFlight(self.clone())
    }

    /// Everything, in Prometheus text form.
    pub fn render(&self) -> String {
        if let Some(bytes) = resident_memory() {
            // Exact up to 2^53 bytes.
            #[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
            self.0.resident.set(bytes as f64);
        }
        self.0.exporter.render()
    }

    fn request_counter(&self, operation: &'static str, status: StatusCode) -> Counter {
        let key = (operation, status.as_u16());
        let known = self
            .0
            .requests
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned();
        known.unwrap_or_else(|| {
            let made = metrics::with_local_recorder(&*self.0.recorder, || {
                counter!(REQUESTS, "operation" => operation, "status" => status.as_str().to_owned())
            });
            self.0.requests.write().unwrap_or_else(PoisonError::into_inner).insert(key, made.clone());
            made
        })
    }

    fn duration_histogram(&self, operation: &'static str) -> Histogram {
        let known = self
            .0
            .durations
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(operation)
            .cloned();
        known.unwrap_or_else(|| {
            let made = metrics::with_local_recorder(
                &*self.0.recorder,
                || histogram!(DURATION, "operation" => operation),
            );
            self.0
                .durations
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(operation, made.clone());
            made
        })
    }
}

/// A request in progress.
pub struct InFlight(Metrics);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.0.in_flight.decrement(1);
    }
}

fn describe() {
    metrics::describe_counter!(REQUESTS, "Answered requests by operation and status");
    metrics::describe_histogram!(
        DURATION,
        Unit::Seconds,
        "Time until the head of the answer was ready"
    );
    metrics::describe_gauge!(IN_FLIGHT, "Requests whose answer is not complete");
    metrics::describe_counter!(BYTES_IN, Unit::Bytes, "Bytes of request bodies received");
    metrics::describe_counter!(BYTES_OUT, Unit::Bytes, "Bytes of answer bodies sent");
    metrics::describe_gauge!(RESIDENT, Unit::Bytes, "Resident memory of the process");
}

/// Resident memory in bytes, where the system says (Linux).
fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// What the endpoint needs.
#[derive(Clone)]
pub struct MetricsEndpoint {
    /// The numbers.
    pub metrics: Metrics,
    /// Who may read them.
    pub access: MetricsAccess,
}

/// `GET /metrics`. To everybody else the page does not exist.
pub async fn get(State(endpoint): State<MetricsEndpoint>, request: Request) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(peer)| *peer);
    if !may_read(&endpoint.access, peer, request.headers()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    (
        [
            (header::CONTENT_TYPE, content_type),
            (header::CACHE_CONTROL, "no-store"),
        ],
        endpoint.metrics.render(),
    )
        .into_response()
}

fn may_read(access: &MetricsAccess, peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
    match access {
        MetricsAccess::Nobody => false,
        MetricsAccess::Public => true,
        MetricsAccess::Loopback => {
            peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
                && names_loopback(headers)
                && !["forwarded", "via", "x-forwarded-for", "x-real-ip"]
                    .iter()
                    .any(|name| headers.contains_key(*name))
        }
        MetricsAccess::Token(token) => headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
            .is_some_and(|given| given.ct_eq(token.expose_secret().as_bytes()).into()),
    }
}

/// Whether the `Host` is this machine, which a web page that rebinds its name cannot claim.
fn names_loopback(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|value| value.to_str().ok());
    let authority = host.and_then(|host| host.parse::<http::uri::Authority>().ok());
    match authority.and_then(|authority| Host::parse(authority.host()).ok()) {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    #[test]
    fn requests_appear_by_operation_and_status() {
        let metrics = Metrics::install().unwrap();
        metrics.record_request("pull_manifest", StatusCode::OK, Duration::from_millis(3));
        metrics.record_request("pull_manifest", StatusCode::OK, Duration::from_millis(3));
        metrics.add_bytes_out(70);
        let in_flight = metrics.enter();
        let text = metrics.render();
        assert!(
            text.contains(
                r#"longshore_http_requests_total{operation="pull_manifest",status="200"} 2"#
            ),
            "{text}"
        );
        assert!(text.contains(
            r#"longshore_http_request_duration_seconds_bucket{operation="pull_manifest",le="0.005"} 2"#
        ));
        assert!(text.contains("longshore_http_response_bytes_total 70"));
        assert!(text.contains("longshore_http_requests_in_flight 1"));
        assert!(text.contains("process_resident_memory_bytes"));
        drop(in_flight);
        assert!(
            metrics
                .render()
                .contains("longshore_http_requests_in_flight 0")
        );
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    http::HeaderName::from_static(name),
                    http::HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn loopback_access_needs_a_direct_request_from_this_machine() {
        let may = |peer: &str, pairs: &[(&'static str, &'static str)]| {
            may_read(
                &MetricsAccess::Loopback,
                Some(peer.parse().unwrap()),
                &headers(pairs),
            )
        };
        assert!(may("127.0.0.1:9", &[("host", "localhost:5000")]));
        assert!(may("[::ffff:127.0.0.1]:9", &[("host", "127.0.0.1:5000")]));
        assert!(may("[::1]:9", &[("host", "[::1]:5000")]));
        assert!(!may("192.0.2.1:9", &[("host", "localhost:5000")]));
        assert!(!may("127.0.0.1:9", &[("host", "evil.example")]));
        assert!(!may(
            "127.0.0.1:9",
            &[("host", "localhost"), ("x-forwarded-for", "192.0.2.1")]
        ));
        assert!(!may_read(
            &MetricsAccess::Loopback,
            None,
            &headers(&[("host", "localhost")])
        ));
    }

    #[test]
    fn token_access_needs_the_token() {
        let access = MetricsAccess::Token(SecretString::from("0123456789abcdef"));
        assert!(may_read(
            &access,
            None,
            &headers(&[("authorization", "Bearer 0123456789abcdef")])
        ));
        assert!(!may_read(
            &access,
            None,
            &headers(&[("authorization", "Bearer 0123456789abcdeX")])
        ));
        assert!(!may_read(&access, None, &headers(&[])));
        assert!(!may_read(&MetricsAccess::Nobody, None, &headers(&[])));
    }
}
