//! Where a person is signed in.

use app::api::settings::sessions::{SessionsPage, SessionsSource, SignedInBrowser};
use app::{routes, t};
use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::DateTime;

use super::SettingsState;
use crate::accounts::{BrowserSession, BrowserSessionId, EndAccessError};
use crate::handlers::form::Form;
use crate::handlers::middleware::browser_session::SignedIn;
use crate::handlers::user_agent::Browser;

/// The sessions of the person who looks.
pub(super) struct OwnSessions {
    state: SettingsState,
    signed_in: SignedIn,
    has_ended_others: bool,
}

impl OwnSessions {
    pub(super) fn new(state: &SettingsState, signed_in: &SignedIn, query: &str) -> Self {
        Self {
            state: state.clone(),
            signed_in: signed_in.clone(),
            has_ended_others: query == "ended",
        }
    }

    fn view(&self, session: BrowserSession) -> SignedInBrowser {
        SignedInBrowser {
            is_this_one: session.id == self.signed_in.browser_session.id,
            id: session.id.as_str().to_owned(),
            browser: in_words(Browser::read(&session.browser)),
            network: session.network,
            signed_in: date(session.signed_in_at),
            last_used: date(session.last_used_at),
        }
    }
}

#[async_trait::async_trait]
impl SessionsSource for OwnSessions {
    async fn sessions_page(&self) -> SessionsPage {
        let sessions = self.state.browsers.list(&self.signed_in.did).await;
        let browsers = match sessions {
            Ok(sessions) => Some(
                sessions
                    .into_iter()
                    .map(|session| self.view(session))
                    .collect(),
            ),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "sessions cannot be listed"
                );
                None
            }
        };
        SessionsPage {
            browsers,
            has_ended_others: self.has_ended_others,
        }
    }
}

/// `POST /settings/sessions`: ends one browser's session, everything but this browser, or every browser's.
pub(super) async fn post(
    State(state): State<SettingsState>,
    signed_in: SignedIn,
    body: Body,
) -> Response {
    let form = match Form::read_of(&signed_in, body).await {
        Ok(form) => form,
        Err(error) => return error.into_response(),
    };
    let (did, own) = (&signed_in.did, &signed_in.browser_session);
    let (outcome, ends_own): (Result<(), EndAccessError>, bool) = if let Some(id) = form.find("end")
    {
        let id = BrowserSessionId::from_form(id);
        let ended = state.browsers.end(did, &id).await;
        (ended.map_err(Into::into), id == own.id)
    } else if form.find("end_all").is_some() {
        let ended = state.browsers.end_all(did).await;
        (ended.map_err(Into::into), true)
    } else if form.find("end_others").is_some() {
        (state.all_access.end_all_but(did, own).await, false)
    } else {
        (Ok(()), false)
    };
    if let Err(error) = outcome {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "what acts for an account was not ended"
        );
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("{}\n", t!("sessions-not-ended")),
        )
            .into_response();
    }
    if !ends_own {
        let outcome = if form.find("end_others").is_some() {
            "?ended"
        } else {
            ""
        };
        return Redirect::to(&format!("{}{outcome}", routes::SETTINGS_SESSIONS)).into_response();
    }
    let mut response = Redirect::to(routes::HOME).into_response();
    response
        .headers_mut()
        .append(header::SET_COOKIE, state.cookies.clear_session());
    response
}

fn in_words(browser: Browser<'_>) -> String {
    match browser {
        Browser::On(name, system) => t!(
            "sessions-browser-on",
            browser = name.to_owned(),
            system = system.to_owned()
        ),
        Browser::Named(name) => name.to_owned(),
        Browser::Unknown => t!("sessions-browser-unknown").to_owned(),
    }
}

/// To the minute, in UTC.
fn date(unix_millis: i64) -> String {
    DateTime::from_timestamp_millis(unix_millis)
        .unwrap_or_default()
        .format("%Y-%m-%d %H:%M UTC")
        .to_string()
}
