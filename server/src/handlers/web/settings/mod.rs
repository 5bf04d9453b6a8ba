//! The settings pages, and the forms that they send.

mod archive;
mod data;
mod profile;
mod sessions;
mod tokens;

use std::sync::Arc;

use app::api::settings::data::DataSource;
use app::api::settings::profile::ProfileSource;
use app::api::settings::sessions::SessionsSource;
use app::api::settings::tokens::TokensSource;
use axum::http::request::Parts;
use axum::routing::{get, post};
use axum::{Extension, Router};
use leptos::prelude::provide_context;

use crate::accounts::oauth::OAuthSessions;
use crate::accounts::{
    AccessTokens, AllAccess, BrowserSessions, DeviceLogins, PersonalData, SailorProfiles,
};
use crate::clock::Clock;
use crate::handlers::middleware::browser_session::SignedIn;
use crate::handlers::middleware::client_limits::ClientLimits;
use crate::handlers::middleware::cookies::Cookies;
use crate::handlers::web::render::RenderPage;

/// What the pages and forms need.
#[derive(Clone)]
pub struct SettingsState {
    /// Where people are signed in.
    pub browsers: BrowserSessions,
    /// What they have allowed.
    pub oauth: OAuthSessions,
    /// Their settings.
    pub profiles: SailorProfiles,
    /// Their access tokens.
    pub access_tokens: AccessTokens,
    /// Logins of their devices.
    pub device_logins: DeviceLogins,
    /// Everything that is kept about them; nothing in a server without a registry.
    pub personal_data: Option<PersonalData>,
    /// All of that together, to end it.
    pub all_access: AllAccess,
    /// How often one client may guess.
    pub limits: ClientLimits,
    /// Host and port as image names carry them.
    pub registry_host: String,
    /// Sets cookies.
    pub cookies: Cookies,
    /// The time.
    pub clock: Clock,
}

/// The forms. Each is sent to the path of its page.
pub(super) fn forms(state: SettingsState, render: RenderPage) -> Router {
    Router::new()
        .route(app::routes::SETTINGS, post(profile::post))
        .route(app::routes::SETTINGS_SESSIONS, post(sessions::post))
        .route(app::routes::SETTINGS_TOKENS, post(tokens::post))
        .route(app::routes::SETTINGS_DATA, post(data::post))
        .route(app::routes::SETTINGS_DATA_PROGRESS, get(data::progress))
        .route(&app::routes::archive("{id}"), get(archive::get))
        .layer(Extension(render))
        .with_state(state)
}

/// Gives the pages their sources, which speak of nobody but the person who looks.
pub(super) fn provide(state: &SettingsState, signed_in: &SignedIn, parts: &Parts) {
    let query = parts.uri.query().unwrap_or_default();
    let profile: Arc<dyn ProfileSource> =
        Arc::new(profile::OwnProfile::new(state, signed_in, query));
    let sessions: Arc<dyn SessionsSource> =
        Arc::new(sessions::OwnSessions::new(state, signed_in, query));
    let tokens: Arc<dyn TokensSource> = Arc::new(tokens::OwnTokens::new(state, signed_in, parts));
    let data: Arc<dyn DataSource> = Arc::new(data::OwnData::new(state, signed_in, parts));
    provide_context(data);
    provide_context(profile);
    provide_context(sessions);
    provide_context(tokens);
}

#[cfg(test)]
impl SettingsState {
    /// Over an empty database, for tests of pages that nobody is signed in on. The folder goes when it is dropped.
    pub(super) async fn for_tests() -> (tempfile::TempDir, Self) {
        use crate::accounts::access_tokens::AccessTokensSetup;
        use crate::accounts::oauth::{OAuthClient, OAuthSetup};
        use crate::accounts::{PdsSessions, PdsSessionsSetup};
        use crate::clients::outbound::{OutboundClient, OutboundPolicy};
        use crate::clients::pds::PdsClient;
        use crate::identity::Identities;
        use crate::identity::testing::{FakeDirectory, open_database};
        use crate::secrets::load_or_create_key;

        let ((folder, database), clock) = (open_database().await, Clock::System);
        let outbound = OutboundClient::new(&OutboundPolicy::default()).unwrap();
        let pds = PdsClient::new(outbound.clone(), clock.clone());
        let key = load_or_create_key(&folder.path().join("sessions.key"), 32).unwrap();
        let directory = FakeDirectory::new();
        let identities = Identities::new(directory, database.clone(), clock.clone(), true);
        let public_url = "http://localhost:5000".parse().unwrap();
        let keys = folder.path().join("client-keys.json");
        let oauth = OAuthSessions::new(OAuthSetup {
            client: OAuthClient::new(&public_url, "Longshore", &keys, 0).unwrap(),
            database: database.clone(),
            identities: identities.clone(),
            outbound,
            clock: clock.clone(),
            key: key.clone(),
            sign_ins_per_host: 0,
        });
        let browsers = BrowserSessions::new(database.clone(), oauth.clone(), clock.clone(), &key);
        let sessions = PdsSessions::new(PdsSessionsSetup {
            database: database.clone(),
            identities: identities.clone(),
            pds: pds.clone(),
            clock: clock.clone(),
            key,
            allow_account_passwords: false,
            oauth: Some(oauth.clone()),
        });
        let access_tokens = AccessTokens::new(AccessTokensSetup {
            database: database.clone(),
            identities: identities.clone(),
            clock: clock.clone(),
            oauth: Some(oauth.clone()),
        });
        let device_logins = DeviceLogins::new(
            database.clone(),
            access_tokens.clone(),
            identities.clone(),
            clock.clone(),
        );
        let no_limits = crate::config::LimitsConfig {
            sign_ins: 0,
            sign_ins_per_host: 0,
            device_logins: 0,
            wrong_logins: 0,
        };
        let state = Self {
            all_access: AllAccess {
                browsers: browsers.clone(),
                oauth: oauth.clone(),
                access_tokens: access_tokens.clone(),
                device_logins: device_logins.clone(),
                pds_sessions: sessions.clone(),
            },
            limits: ClientLimits::new(&no_limits, clock.clone()),
            access_tokens,
            personal_data: None,
            device_logins,
            registry_host: "localhost:5000".to_owned(),
            clock: clock.clone(),
            browsers,
            oauth,
            profiles: SailorProfiles {
                identities,
                pds,
                sessions,
                clock,
            },
            cookies: Cookies::new(false),
        };
        (folder, state)
    }
}
