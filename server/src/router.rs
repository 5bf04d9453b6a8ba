//! Every URL the server answers. Read this first.

use axum::routing::get;
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app_state::AppState;
use crate::config::MetricsAccess;
use crate::handlers::health::Readiness;
use crate::handlers::metrics::{Metrics, MetricsEndpoint};
use crate::handlers::middleware::security_headers::{SecurityHeaders, add_security_headers};
use crate::handlers::middleware::{access_log, request_id};
use crate::handlers::oci::OciState;
use crate::handlers::token::TokenState;
use crate::handlers::{health, metrics, oci, token, web, xrpc};

/// The whole server.
///
/// | URL | what |
/// |---|---|
/// | `/v2/…` | OCI distribution API |
/// | `/auth/token` | registry tokens |
/// | `/xrpc/…` | the hold's methods, see `handlers/xrpc/methods.rs` |
/// | `/.well-known/did.json`, `/.well-known/atproto-did` | who the hold is |
/// | `/health`, `/ready`, `/metrics` | for whoever operates the server |
/// | `/pkg/…` | built files of the web app |
/// | everything else | pages, see `app/src/routes.rs` |
///
/// A process that has no registry has no `/v2`, `/auth` and pages, and one that has no hold has no `/xrpc`.
pub fn router(state: &AppState) -> Router {
    let mut router = operations(
        &state.metrics_access,
        &state.metrics,
        state.readiness.clone(),
    );
    if let Some(service) = &state.hold {
        router = router.merge(xrpc::routes(service.xrpc.clone()));
    }
    if state.roles.has_appview() {
        router = router.merge(appview(state));
    }
    let router = router
        // A bug in one request is that request's failure, not the connection's.
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(
            SecurityHeaders::new(&state.web.public_url),
            add_security_headers,
        ));
    observed(router, state.metrics.clone())
}

/// The registry and the web app.
fn appview(state: &AppState) -> Router {
    let registry = oci::routes(OciState {
        registry: state.registry.clone(),
        tokens: state.tokens.clone(),
        token_realm: state.token_realm.clone(),
        clock: state.clock.clone(),
    });
    let tokens = token::routes(TokenState {
        registry: state.registry.clone(),
        tokens: state.tokens.clone(),
        sessions: state.sessions.clone(),
        clock: state.clock.clone(),
    });
    web::routes(&state.web).merge(registry).merge(tokens)
}

/// The routes of whoever operates the server: `/health`, `/ready` and `/metrics`.
fn operations(access: &MetricsAccess, metrics: &Metrics, readiness: Readiness) -> Router {
    let endpoint = MetricsEndpoint {
        metrics: metrics.clone(),
        access: access.clone(),
    };
    Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(health::ready).with_state(readiness))
        .route("/metrics", get(metrics::get).with_state(endpoint))
}

/// Wraps every route in its request id, span, log line and metrics. The last layers to be added.
fn observed(router: Router, metrics: Metrics) -> Router {
    router
        .layer(middleware::from_fn_with_state(metrics, access_log::record))
        .layer(middleware::from_fn(request_id::assign))
}
