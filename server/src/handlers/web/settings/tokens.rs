//! A person's access tokens.

use app::api::settings::tokens::{
    CreatedToken, LIFETIMES, ListedToken, TokenForm, TokensPage, TokensSource,
};
use app::{routes, t};
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::{DateTime, TimeDelta, Utc};
use oci::Action;
use secrecy::ExposeSecret as _;

use super::SettingsState;
use crate::accounts::access_tokens::{
    AccessScope, AccessScopes, AccessToken, AccessTokenError, AccessTokenKind, CreatedAccessToken,
    NewAccessToken, PatternOwner,
};
use crate::accounts::oauth::Permission;
use crate::handlers::form::Form;
use crate::handlers::middleware::browser_session::{FreshlySignedIn, SignInNeeded, SignedIn};
use crate::handlers::web::render::RenderPage;
use crate::handlers::web::sentence;

/// What became of a form.
#[derive(Clone, Default)]
struct Outcome {
    form: TokenForm,
    problem: Option<String>,
    created: Option<CreatedToken>,
}

/// The tokens of the person who looks.
pub(super) struct OwnTokens {
    state: SettingsState,
    signed_in: SignedIn,
    outcome: Outcome,
    is_revoked: bool,
}

impl OwnTokens {
    pub(super) fn new(state: &SettingsState, signed_in: &SignedIn, parts: &Parts) -> Self {
        Self {
            state: state.clone(),
            signed_in: signed_in.clone(),
            outcome: parts.extensions.get().cloned().unwrap_or_default(),
            is_revoked: parts.uri.query() == Some("revoked"),
        }
    }

    fn username(&self) -> String {
        let SignedIn { did, handle, .. } = &self.signed_in;
        match handle {
            Some(handle) => handle.to_string(),
            None => did.to_oci_component().unwrap_or_else(|| did.to_string()),
        }
    }

    fn view(&self, token: AccessToken) -> ListedToken {
        let scopes = token.scopes.iter().map(|scope| self.describe(scope));
        ListedToken {
            scopes: scopes.collect(),
            is_device: token.kind == AccessTokenKind::Device,
            created: day(token.created_at),
            last_used: token.last_used_at.map(minute),
            expires: day(token.expires_at),
            is_expired: token.expires_at <= self.state.clock.now(),
            id: token.id,
            name: token.name,
        }
    }

    /// `pull, push: alice.example/app-*`
    fn describe(&self, scope: &AccessScope) -> String {
        let actions: Vec<&str> = scope.actions.iter().map(|action| action.as_str()).collect();
        let owner = match scope.repositories.owner() {
            PatternOwner::Anybody => "*".to_owned(),
            PatternOwner::Account(did) if *did == self.signed_in.did => self.username(),
            PatternOwner::Account(did) => did.to_string(),
        };
        format!(
            "{}: {owner}/{}",
            actions.join(", "),
            scope.repositories.path()
        )
    }
}

#[async_trait::async_trait]
impl TokensSource for OwnTokens {
    async fn tokens_page(&self) -> TokensPage {
        let did = &self.signed_in.did;
        let tokens = match self.state.access_tokens.list(did).await {
            Ok(tokens) => Some(tokens.into_iter().map(|token| self.view(token)).collect()),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "access tokens cannot be listed"
                );
                None
            }
        };
        TokensPage {
            registry_host: self.state.registry_host.clone(),
            username: self.username(),
            tokens,
            may_create: self.signed_in.is_fresh,
            may_push: may_push(&self.state, &self.signed_in).await,
            form: self.outcome.form.clone(),
            problem: self.outcome.problem.clone(),
            created: self.outcome.created.clone(),
            is_revoked: self.is_revoked,
        }
    }
}

/// Whether pushes can write into somebody's repo. Where that cannot be found out, nobody is sent to allow it again.
async fn may_push(state: &SettingsState, signed_in: &SignedIn) -> bool {
    let found = state
        .oauth
        .find_session_for(&signed_in.did, Permission::Push)
        .await;
    found.map_or(true, |session| session.is_some())
}

/// `POST /settings/tokens`: makes a token, or revokes one or all.
pub(super) async fn post(
    State(state): State<SettingsState>,
    signed_in: SignedIn,
    fresh: Result<FreshlySignedIn, SignInNeeded>,
    Extension(render): Extension<RenderPage>,
    body: Body,
) -> Response {
    let form = match Form::read_of(&signed_in, body).await {
        Ok(form) => form,
        Err(error) => return error.into_response(),
    };
    let show = async |status, outcome: Outcome| {
        render
            .with_outcome(routes::SETTINGS_TOKENS, &signed_in, status, outcome)
            .await
    };
    let tokens = &state.access_tokens;
    let revoked = match (form.find("revoke"), form.find("revoke_all")) {
        // One that was revoked in another tab is revoked all the same.
        (Some(id), _) => Some(tokens.revoke(&signed_in.did, id).await.map(|_| ())),
        (None, Some(_)) => Some(tokens.revoke_all(&signed_in.did).await.map(|_| ())),
        (None, None) => None,
    };
    if let Some(revoked) = revoked {
        return match revoked {
            Ok(()) => Redirect::to(&format!("{}?revoked", routes::SETTINGS_TOKENS)).into_response(),
            Err(error) => {
                let (status, problem) = refusal(&error);
                let problem = Some(problem);
                show(
                    status,
                    Outcome {
                        problem,
                        ..Outcome::default()
                    },
                )
                .await
            }
        };
    }
    // Revoking is never dangerous, making one is.
    if let Err(sign_in_again) = fresh {
        return sign_in_again.into_response();
    }
    let typed = read(&form);
    match create(&state, &signed_in, &typed).await {
        Ok(created) => {
            let created = CreatedToken {
                name: created.token.name,
                secret: created.secret.expose_secret().to_owned(),
            };
            let outcome = Outcome {
                created: Some(created),
                ..Outcome::default()
            };
            show(StatusCode::CREATED, outcome).await
        }
        Err(error) => {
            let (status, problem) = refusal(&error);
            let outcome = Outcome {
                form: typed,
                problem: Some(problem),
                created: None,
            };
            show(status, outcome).await
        }
    }
}

fn read(form: &Form) -> TokenForm {
    let text = |name| form.find(name).unwrap_or_default().to_owned();
    let days = form.find("days").and_then(|days| days.parse().ok());
    TokenForm {
        name: text("name"),
        repositories: text("repositories"),
        pull: form.find("pull").is_some(),
        push: form.find("push").is_some(),
        delete: form.find("delete").is_some(),
        days: days.filter(|days| LIFETIMES.contains(days)).unwrap_or(0),
    }
}

async fn create(
    state: &SettingsState,
    signed_in: &SignedIn,
    form: &TokenForm,
) -> Result<CreatedAccessToken, AccessTokenError> {
    let chosen = [
        (Action::Pull, form.pull),
        (Action::Push, form.push),
        (Action::Delete, form.delete),
    ];
    let actions = chosen.into_iter().filter(|(_, is_chosen)| *is_chosen);
    let actions: std::collections::BTreeSet<Action> = actions.map(|(action, _)| action).collect();
    let lines = form.repositories.lines().map(str::trim);
    let mut scopes = Vec::new();
    // One more than a token may have, so that the limit speaks and not the network's patience.
    for line in lines
        .filter(|line| !line.is_empty())
        .take(AccessScopes::MAX + 1)
    {
        scopes.push(AccessScope {
            repositories: state.access_tokens.read_pattern(line).await?,
            actions: actions.clone(),
        });
    }
    let new = NewAccessToken {
        kind: AccessTokenKind::Personal,
        name: form.name.clone(),
        scopes: AccessScopes::new(scopes)?,
        lifetime: TimeDelta::days(form.days.into()),
    };
    state.access_tokens.create(&signed_in.did, new).await
}

/// The status and the words for the person.
fn refusal(error: &AccessTokenError) -> (StatusCode, String) {
    match error {
        AccessTokenError::Database(_)
        | AccessTokenError::NoRandomness
        | AccessTokenError::Corrupt => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "a form about access tokens failed"
            );
            let text = t!("error-form-failed").to_owned();
            (StatusCode::SERVICE_UNAVAILABLE, text)
        }
        AccessTokenError::NotWhole
        | AccessTokenError::Unknown
        | AccessTokenError::Expired { .. }
        | AccessTokenError::WrongAccount
        | AccessTokenError::Identity(_)
        | AccessTokenError::BadName
        | AccessTokenError::BadLifetime
        | AccessTokenError::Scopes(_)
        | AccessTokenError::Pattern(_)
        | AccessTokenError::TooMany => (
            StatusCode::UNPROCESSABLE_ENTITY,
            sentence(&error.to_string()),
        ),
    }
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
