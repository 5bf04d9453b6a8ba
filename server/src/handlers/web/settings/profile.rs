//! A person's settings, from and to their own repo.

use app::api::settings::profile::{ProfileOutcome, ProfilePage, ProfileSource};
use app::routes;
use atproto::syntax::Did;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::SettingsState;
use crate::accounts::oauth::Permission;
use crate::accounts::{PdsSessionError, SailorProfileError, SailorSettings};
use crate::clients::pds::PdsError;
use crate::handlers::form::Form;
use crate::handlers::middleware::browser_session::SignedIn;

/// The settings of the person who looks.
pub(super) struct OwnProfile {
    state: SettingsState,
    signed_in: SignedIn,
    outcome: Option<ProfileOutcome>,
}

impl OwnProfile {
    pub(super) fn new(state: &SettingsState, signed_in: &SignedIn, query: &str) -> Self {
        Self {
            state: state.clone(),
            signed_in: signed_in.clone(),
            outcome: query
                .strip_prefix("outcome=")
                .and_then(ProfileOutcome::find),
        }
    }
}

#[async_trait::async_trait]
impl ProfileSource for OwnProfile {
    async fn profile_page(&self) -> ProfilePage {
        let session = &self.signed_in.browser_session.oauth_session_id;
        let granted = self.state.oauth.granted_to(session).await;
        let settings = self.state.profiles.load(&self.signed_in.did).await;
        let unreadable = granted.is_err() || settings.is_err();
        let settings = settings.unwrap_or_default();
        ProfilePage {
            default_hold: settings
                .default_hold
                .map(|did| did.to_string())
                .unwrap_or_default(),
            auto_remove_untagged: settings.auto_remove_untagged,
            may_save: granted.unwrap_or_default().contains(&Permission::Settings),
            unreadable,
            outcome: self.outcome,
        }
    }
}

/// `POST /settings`.
pub(super) async fn post(
    State(state): State<SettingsState>,
    signed_in: SignedIn,
    body: Body,
) -> Response {
    let form = match Form::read_of(&signed_in, body).await {
        Ok(form) => form,
        Err(error) => return error.into_response(),
    };
    let outcome = save(&state, &signed_in, &form).await;
    Redirect::to(&format!("{}?outcome={}", routes::SETTINGS, outcome.name())).into_response()
}

async fn save(state: &SettingsState, signed_in: &SignedIn, form: &Form) -> ProfileOutcome {
    let typed = form.find("default_hold").unwrap_or_default().trim();
    let default_hold = match typed {
        "" => None,
        text => match text.parse::<Did>() {
            Ok(did) => Some(did),
            Err(_) => return ProfileOutcome::NotAHold,
        },
    };
    let settings = SailorSettings {
        default_hold,
        auto_remove_untagged: form.find("auto_remove_untagged").is_some(),
    };
    let session = &signed_in.browser_session.oauth_session_id;
    match state
        .profiles
        .save(&signed_in.did, session, &settings)
        .await
    {
        Ok(()) => ProfileOutcome::Saved,
        Err(SailorProfileError::Changed) => ProfileOutcome::Changed,
        Err(SailorProfileError::Pds(PdsError::RateLimited { .. })) => {
            ProfileOutcome::TooManyRequests
        }
        Err(SailorProfileError::Session(
            PdsSessionError::SessionLost | PdsSessionError::SessionEnded,
        )) => ProfileOutcome::NotAllowed,
        Err(error) => {
            tracing::info!(
                account.did = %signed_in.did,
                error = &error as &dyn std::error::Error,
                "settings were not saved"
            );
            ProfileOutcome::NotSaved
        }
    }
}
