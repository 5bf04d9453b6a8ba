//! `/health` and `/ready`: for whoever starts, restarts and routes to this process.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long an answer is good for: probes may come from everywhere and cost nothing.
const FRESH: Duration = Duration::from_secs(2);

/// A check that takes longer counts as failed.
const TIMEOUT: Duration = Duration::from_secs(5);

/// An error as a check gives it; its text goes to the log only.
pub type ProbeError = Box<dyn std::error::Error + Send + Sync>;

/// One thing that must work for requests to be served.
#[derive(Clone)]
pub struct Probe {
    name: &'static str,
    check: Arc<CheckFn>,
}

type CheckFn = dyn Fn() -> CheckFuture + Send + Sync;
type CheckFuture = Pin<Box<dyn Future<Output = Result<(), ProbeError>> + Send>>;

impl Probe {
    /// A probe by the name that appears in the answer.
    pub fn new<F>(name: &'static str, check: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), ProbeError>> + Send + 'static,
    {
        Self {
            name,
            check: Arc::new(move || Box::pin(check())),
        }
    }

    /// Whether it works right now.
    async fn works(&self) -> bool {
        match tokio::time::timeout(TIMEOUT, (self.check)()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::error!(probe = self.name, error = error.as_ref(), "not ready");
                false
            }
            Err(_) => {
                tracing::error!(
                    probe = self.name,
                    timeout_seconds = TIMEOUT.as_secs(),
                    "not ready: no answer"
                );
                false
            }
        }
    }
}

/// Answers whether this process can serve. Cheap to clone.
#[derive(Clone)]
pub struct Readiness(Arc<Inner>);

struct Inner {
    probes: Vec<Probe>,
    /// Held while the checks run, so that many callers cause one round.
    last: Mutex<Option<(Instant, Report)>>,
}

/// The body of `/ready`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether every check passed.
    pub ready: bool,
    /// The names of the checks that did not.
    pub failing: Vec<&'static str>,
}

impl Readiness {
    /// Ready when all of `probes` work.
    pub fn new(probes: Vec<Probe>) -> Self {
        Self(Arc::new(Inner {
            probes,
            last: Mutex::new(None),
        }))
    }

    /// What is true now, or was less than two seconds ago.
    pub async fn report(&self) -> Report {
        let mut last = self.0.last.lock().await;
        if let Some((at, report)) = last.as_ref()
            && at.elapsed() < FRESH
        {
            return report.clone();
        }
        let works = futures::future::join_all(self.0.probes.iter().map(Probe::works)).await;
        let failing: Vec<&'static str> = self
            .0
            .probes
            .iter()
            .zip(works)
            .filter(|(_, works)| !works)
            .map(|(probe, _)| probe.name)
            .collect();
        let report = Report {
            ready: failing.is_empty(),
            failing,
        };
        *last = Some((Instant::now(), report.clone()));
        report
    }
}

/// `GET /health`: the process lives. Restarting cures what this does not answer.
pub async fn health() -> Response {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n").into_response()
}

/// `GET /ready`: requests can be served. 503 names what fails.
pub async fn ready(State(readiness): State<Readiness>) -> Response {
    let report = readiness.report().await;
    let status = if report.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(report)).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn broken() -> Probe {
        Probe::new("blob_store", || async { Err("the disk is full".into()) })
    }

    #[tokio::test]
    async fn ready_names_what_fails_and_not_why() {
        let readiness = Readiness::new(vec![Probe::new("database", || async { Ok(()) }), broken()]);
        let response = ready(State(readiness)).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body = axum::body::to_bytes(response.into_body(), 1000)
            .await
            .unwrap();
        assert_eq!(&body[..], br#"{"ready":false,"failing":["blob_store"]}"#);
    }

    #[tokio::test(start_paused = true)]
    async fn checks_run_at_most_every_two_seconds() {
        let runs = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&runs);
        let probe = Probe::new("database", move || {
            counted.fetch_add(1, Ordering::SeqCst);
            async { Ok(()) }
        });
        let readiness = Readiness::new(vec![probe]);
        for _ in 0..5 {
            assert!(readiness.report().await.ready);
        }
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        tokio::time::advance(FRESH).await;
        readiness.report().await;
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_hangs_fails() {
        let readiness = Readiness::new(vec![Probe::new("database", std::future::pending)]);
        assert_eq!(readiness.report().await.failing, ["database"]);
    }
}
