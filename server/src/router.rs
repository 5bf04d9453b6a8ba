//! Every URL the server answers. Read this first.

use axum::routing::get;
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app_state::AppState;
use crate::config::MetricsAccess;
use crate::handlers::device_login::DeviceLoginState;
use crate::handlers::health::Readiness;
use crate::handlers::metrics::{Metrics, MetricsEndpoint};
use crate::handlers::middleware::browser_session::{BrowserSessionLayer, find_viewer};
use crate::handlers::middleware::client_address::find_client_address;
use crate::handlers::middleware::cookies::Cookies;
use crate::handlers::middleware::csrf::{OwnOrigin, refuse_cross_site};
use crate::handlers::middleware::own_host::{OwnHost, redirect_to_own_host};
use crate::handlers::middleware::security_headers::{SecurityHeaders, add_security_headers};
use crate::handlers::middleware::{access_log, request_id};
use crate::handlers::oauth::OAuthState;
use crate::handlers::oci::OciState;
use crate::handlers::token::TokenState;
use crate::handlers::web::{
    HoldState, PublicFacts, SettingsState, StatusParts, WebParts, WebRoutes, show_errors,
};
use crate::handlers::{device_login, health, metrics, oauth, oci, token, web, xrpc};

/// The whole server.
///
/// | URL | what |
/// |---|---|
/// | `/v2/…` | OCI distribution API |
/// | `/auth/token` | registry tokens |
/// | `/auth/device…`, `/auth/revoke` | logins of `docker-credential-longshore` |
/// | `/xrpc/…` | the hold's methods, see `handlers/xrpc/methods.rs` |
/// | `/.well-known/did.json`, `/.well-known/atproto-did` | who the hold is |
/// | `/health`, `/ready`, `/metrics` | for whoever operates the server |
/// | `/sign-in`, `/sign-out`, `/oauth/callback` | signing in and out through the browser |
/// | `/client-metadata.json`, `/oauth/jwks.json` | who we are to authorization servers |
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
        access_tokens: state.access_tokens.clone(),
        sessions: state.sessions.clone(),
        active_accounts: state.active_accounts.clone(),
        token_realm: state.token_realm.clone(),
        clock: state.clock.clone(),
    });
    let tokens = token::routes(TokenState {
        registry: state.registry.clone(),
        tokens: state.tokens.clone(),
        sessions: state.sessions.clone(),
        access_tokens: state.access_tokens.clone(),
        active_accounts: state.active_accounts.clone(),
        limits: state.limits.clone(),
        public_url: state.web.public_url.clone(),
        clock: state.clock.clone(),
    });
    let devices = device_login::routes(DeviceLoginState {
        logins: state.device_logins.clone(),
        access_tokens: state.access_tokens.clone(),
        limits: state.limits.clone(),
        public_url: state.web.public_url.clone(),
        clock: state.clock.clone(),
    });
    let router = pages(state).merge(registry).merge(tokens).merge(devices);
    router.layer(middleware::from_fn_with_state(
        state.trusted_proxies.clone(),
        find_client_address,
    ))
}

/// The pages, signing in and out, and who is signed in around all of it. Nothing else here knows cookies.
fn pages(state: &AppState) -> Router {
    let public_url = &state.web.public_url;
    let cookies = Cookies::new(public_url.scheme() == "https");
    let WebRoutes {
        pages,
        sign_in_page,
        error_pages,
    } = web::routes(WebParts {
        settings: state.web.clone(),
        catalog: Some(state.catalog.clone()),
        status: Some(StatusParts {
            readiness: state.readiness.clone(),
            registry: state.registry.clone(),
            relays: state.hold.as_ref().map(|service| service.relays.clone()),
        }),
        holds: Some(HoldState {
            holds: state.holds.clone(),
            registry: state.registry.clone(),
            catalog: Some(state.catalog.clone()),
            identities: state.identities.clone(),
            pds: state.pds.clone(),
            oauth: state.oauth.clone(),
            invites: state.invites.clone(),
            public_url: public_url.as_str().trim_end_matches('/').to_owned(),
            clock: state.clock.clone(),
            facts: PublicFacts::default(),
        }),
        account: SettingsState {
            browsers: state.browsers.clone(),
            oauth: state.oauth.clone(),
            profiles: state.profiles.clone(),
            access_tokens: state.access_tokens.clone(),
            device_logins: state.device_logins.clone(),
            personal_data: Some(state.personal_data.clone()),
            all_access: state.all_access.clone(),
            limits: state.limits.clone(),
            registry_host: state.web.registry_host.clone(),
            clock: state.clock.clone(),
            cookies,
        },
        cookies,
    });
    pages
        .merge(oauth::routes(OAuthState {
            oauth: state.oauth.clone(),
            browsers: state.browsers.clone(),
            active_accounts: state.active_accounts.clone(),
            limits: state.limits.clone(),
            cookies,
            sign_in_page,
        }))
        // Inside, where it is known who looks…
        .layer(middleware::from_fn_with_state(
            error_pages.clone(),
            show_errors,
        ))
        .layer(middleware::from_fn_with_state(
            BrowserSessionLayer {
                browsers: state.browsers.clone(),
                active_accounts: state.active_accounts.clone(),
                identities: state.identities.clone(),
                cookies,
            },
            find_viewer,
        ))
        .layer(middleware::from_fn_with_state(
            OwnOrigin::new(public_url),
            refuse_cross_site,
        ))
        // …and outside, for what is refused before that is found out, and for bugs.
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(error_pages, show_errors))
        .layer(middleware::from_fn_with_state(
            OwnHost::new(public_url),
            redirect_to_own_host,
        ))
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
