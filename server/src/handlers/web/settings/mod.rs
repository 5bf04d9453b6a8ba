//! The settings pages, and the forms that they send.

mod profile;
mod sessions;

use std::sync::Arc;

use app::api::settings::profile::ProfileSource;
use app::api::settings::sessions::SessionsSource;
use axum::Router;
use axum::http::request::Parts;
use axum::routing::post;
use leptos::prelude::provide_context;

use crate::accounts::oauth::OAuthSessions;
use crate::accounts::{BrowserSessions, SailorProfiles};
use crate::handlers::middleware::browser_session::SignedIn;
use crate::handlers::middleware::cookies::Cookies;

/// What the pages and forms need.
#[derive(Clone)]
pub struct SettingsState {
    /// Where people are signed in.
    pub browsers: BrowserSessions,
    /// What they have allowed.
    pub oauth: OAuthSessions,
    /// Their settings.
    pub profiles: SailorProfiles,
    /// Sets cookies.
    pub cookies: Cookies,
}

/// The forms. Each is sent to the path of its page.
pub(super) fn forms(state: SettingsState) -> Router {
    Router::new()
        .route(app::routes::SETTINGS, post(profile::post))
        .route(app::routes::SETTINGS_SESSIONS, post(sessions::post))
        .with_state(state)
}

/// Gives the pages their sources, which speak of nobody but the person who looks.
pub(super) fn provide(state: &SettingsState, signed_in: &SignedIn, parts: &Parts) {
    let profile: Arc<dyn ProfileSource> = Arc::new(profile::OwnProfile::new(
        state,
        signed_in,
        parts.uri.query().unwrap_or_default(),
    ));
    let sessions: Arc<dyn SessionsSource> = Arc::new(sessions::OwnSessions::new(state, signed_in));
    provide_context(profile);
    provide_context(sessions);
}

#[cfg(test)]
impl SettingsState {
    /// Over an empty database, for tests of pages that nobody is signed in on. The folder goes when it is dropped.
    pub(super) async fn for_tests() -> (tempfile::TempDir, Self) {
        use crate::accounts::oauth::{OAuthClient, OAuthSetup};
        use crate::accounts::{PdsSessions, PdsSessionsSetup};
        use crate::clients::outbound::{OutboundClient, OutboundPolicy};
        use crate::clients::pds::PdsClient;
        use crate::clock::Clock;
        use crate::identity::Identities;
        use crate::identity::testing::{FakeDirectory, open_database};
        use crate::secrets::load_or_create_key;

        let (folder, database) = open_database().await;
        let clock = Clock::System;
        let outbound = OutboundClient::new(&OutboundPolicy::default()).unwrap();
        let pds = PdsClient::new(outbound.clone());
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
        });
        let browsers = BrowserSessions::new(database.clone(), oauth.clone(), clock.clone(), &key);
        let sessions = PdsSessions::new(PdsSessionsSetup {
            database,
            identities: identities.clone(),
            pds: pds.clone(),
            clock: clock.clone(),
            key,
            allow_account_passwords: false,
            oauth: Some(oauth.clone()),
        });
        let state = Self {
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
