//! A person's data: archives of it, and removing it.

use app::api::settings::data::{
    DataPage, DataSource, DeletionResult, Export, ExportState, HoldInUse, Outcome,
};
use app::{routes, t};
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::DateTime;
use serde_json::json;

use super::SettingsState;
use crate::accounts::PersonalData;
use crate::accounts::personal_data::{
    DataExport, Deletion, ExportState as Made, HoldRefusal, Obstacle, PersonalDataError, Removal,
};
use crate::handlers::form::Form;
use crate::handlers::middleware::browser_session::{FreshlySignedIn, SignInNeeded, SignedIn};
use crate::handlers::web::render::RenderPage;
use crate::handlers::web::sentence;

/// What became of a form.
#[derive(Clone, Default)]
struct Sent {
    problem: Option<String>,
    deletion: Option<DeletionResult>,
}

/// The data of the person who looks.
pub(super) struct OwnData {
    state: SettingsState,
    signed_in: SignedIn,
    sent: Sent,
}

impl OwnData {
    pub(super) fn new(state: &SettingsState, signed_in: &SignedIn, parts: &Parts) -> Self {
        Self {
            state: state.clone(),
            signed_in: signed_in.clone(),
            sent: parts.extensions.get().cloned().unwrap_or_default(),
        }
    }

    /// What is known of archives and holds; the rest of the page stands without it.
    async fn look_up(&self, data: &PersonalData, page: &mut DataPage) {
        let did = &self.signed_in.did;
        match data.exports(did).await {
            Ok(exports) => {
                page.progress = progress_text(&exports);
                // Who failed before the last one is of no interest.
                page.exports = Some(exports.iter().take(3).map(view).collect());
            }
            Err(error) => log(&error, "archives cannot be listed"),
        }
        match data.holds_of(did).await {
            Ok(holds) => {
                page.holds = holds
                    .into_iter()
                    .map(|hold| HoldInUse {
                        did: hold.did.to_string(),
                        is_local: hold.is_local,
                    })
                    .collect();
            }
            Err(error) => log(&error, "the holds of somebody cannot be listed"),
        }
        match data.own_local_hold(did).await {
            Ok(hold) => page.captain_of = hold.map(|hold| hold.to_string()),
            Err(error) => log(&error, "it is not known whose the hold is"),
        }
        page.may_ask_holds = data.may_ask_holds(did).await;
    }
}

#[async_trait::async_trait]
impl DataSource for OwnData {
    async fn data_page(&self) -> DataPage {
        let mut page = DataPage {
            name: name(&self.signed_in),
            is_fresh: self.signed_in.is_fresh,
            problem: self.sent.problem.clone(),
            deletion: self.sent.deletion.clone(),
            ..DataPage::default()
        };
        if let Some(data) = &self.state.personal_data {
            self.look_up(data, &mut page).await;
        }
        page
    }
}

/// `GET /settings/data/progress`: how far the newest archive is.
pub(super) async fn progress(State(state): State<SettingsState>, signed_in: SignedIn) -> Response {
    let Some(data) = &state.personal_data else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match data.exports(&signed_in.did).await {
        Ok(exports) => {
            let json = [(header::CONTENT_TYPE, "application/json")];
            (json, progress_text(&exports)).into_response()
        }
        Err(error) => {
            log(&error, "archives cannot be listed");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// `POST /settings/data`: begins an archive, or removes everything.
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
    if let Err(sign_in_again) = fresh {
        return sign_in_again.into_response();
    }
    let Some(data) = state.personal_data.clone() else {
        return Redirect::to(routes::SETTINGS_DATA).into_response();
    };
    let show = async |status, sent: Sent| {
        render
            .with_outcome(routes::SETTINGS_DATA, &signed_in, status, sent)
            .await
    };
    let refuse = |error: &PersonalDataError| {
        let (status, problem) = refusal(error);
        let sent = Sent {
            problem: Some(problem),
            ..Sent::default()
        };
        (status, sent)
    };
    if form.find("export").is_some() {
        let session = signed_in.browser_session.id.as_str();
        return match data.begin_export(&signed_in.did, session).await {
            Ok(()) => {
                Redirect::to(&format!("{}#take-along", routes::SETTINGS_DATA)).into_response()
            }
            Err(error) => {
                let (status, sent) = refuse(&error);
                show(status, sent).await
            }
        };
    }
    if form.find("delete").is_none() {
        return Redirect::to(routes::SETTINGS_DATA).into_response();
    }
    if !confirms(&form, &signed_in) {
        let problem = t!("data-remove-not-typed", name = name(&signed_in));
        let sent = Sent {
            problem: Some(problem),
            ..Sent::default()
        };
        return show(StatusCode::UNPROCESSABLE_ENTITY, sent).await;
    }
    let with_records = form.find("records").is_some();
    match delete(data, &signed_in, with_records).await {
        Ok(deletion) => {
            let is_complete = deletion.is_complete();
            let sent = Sent {
                problem: None,
                deletion: Some(result(&deletion, with_records)),
            };
            let mut response = show(StatusCode::OK, sent).await;
            if is_complete {
                let gone = state.cookies.clear_session();
                response.headers_mut().append(header::SET_COOKIE, gone);
            }
            response
        }
        Err(error) => {
            let (status, sent) = refuse(&error);
            show(status, sent).await
        }
    }
}

/// As a task of its own: somebody who closes the page stops nothing half-way.
async fn delete(
    data: PersonalData,
    signed_in: &SignedIn,
    with_records: bool,
) -> Result<Deletion, PersonalDataError> {
    let (did, session) = (signed_in.did.clone(), signed_in.browser_session.id.clone());
    let deleting = tokio::spawn(async move { data.delete(&did, &session, with_records).await });
    match deleting.await {
        Ok(deletion) => deletion,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

fn result(deletion: &Deletion, with_records: bool) -> DeletionResult {
    let here = Outcome {
        place: t!("data-outcome-here").to_owned(),
        is_done: true,
        words: t!(
            "data-outcome-here-removed",
            manifests = deletion.manifests,
            tokens = deletion.tokens
        ),
    };
    let records = deletion.records.iter().map(|removal| {
        outcome(t!("data-outcome-repo"), removal, |count| {
            t!("data-outcome-repo-removed", count = count)
        })
    });
    let holds = deletion.holds.iter().map(|(hold, removal)| {
        outcome(hold.as_str(), removal, |count| {
            t!("data-outcome-hold-removed", count = count)
        })
    });
    DeletionResult {
        is_complete: deletion.is_complete(),
        outcomes: std::iter::once(here).chain(records).chain(holds).collect(),
        with_records,
    }
}

/// `removed` says how much there was.
fn outcome(place: &str, removal: &Removal, removed: impl FnOnce(u64) -> String) -> Outcome {
    let (is_done, words) = match removal {
        Removal::Removed { count } => (true, removed(*count)),
        Removal::Kept { obstacle } => (false, why_kept(*obstacle).to_owned()),
    };
    Outcome {
        place: place.to_owned(),
        is_done,
        words,
    }
}

fn why_kept(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Hold(HoldRefusal::Unreachable) => t!("data-outcome-hold-unreachable"),
        Obstacle::Hold(HoldRefusal::NotVouched) => t!("data-outcome-hold-not-vouched"),
        Obstacle::Hold(HoldRefusal::Denied) => t!("data-outcome-hold-denied"),
        Obstacle::Hold(HoldRefusal::Failed) => t!("data-outcome-hold-failed"),
        Obstacle::NotAllowed => t!("data-outcome-repo-not-allowed"),
        Obstacle::Server => t!("data-outcome-repo-failed"),
    }
}

fn view(export: &DataExport) -> Export {
    let state = match &export.state {
        Made::Running { step, done, steps } => ExportState::Running {
            step: if step.is_empty() {
                t!("data-archive-waiting").to_owned()
            } else {
                step.clone()
            },
            done: *done,
            steps: *steps,
        },
        Made::Ready {
            size,
            digest,
            missing,
        } => ExportState::Ready {
            href: routes::archive(&export.id),
            size: *size,
            digest: digest.clone(),
            until: minute(export.expires_at),
            missing: missing
                .iter()
                .map(|missing| Outcome {
                    place: missing.place.clone(),
                    is_done: false,
                    words: missing.reason.clone(),
                })
                .collect(),
        },
        Made::Failed => ExportState::Failed,
    };
    Export {
        requested: minute(export.requested_at),
        state,
    }
}

/// What the page compares, and programs read.
fn progress_text(exports: &[DataExport]) -> String {
    let newest = exports.first().map(|export| &export.state);
    let value = match newest {
        None => json!({ "state": "none", "isFinal": true }),
        Some(Made::Running { step, done, steps }) => {
            json!({ "state": "running", "step": step, "done": done, "steps": steps, "isFinal": false })
        }
        Some(Made::Ready { size, missing, .. }) => {
            json!({ "state": "ready", "size": size, "missing": missing.len(), "isFinal": true })
        }
        Some(Made::Failed) => json!({ "state": "failed", "isFinal": true }),
    };
    value.to_string()
}

fn refusal(error: &PersonalDataError) -> (StatusCode, String) {
    match error {
        PersonalDataError::Busy | PersonalDataError::Captain { .. } => {
            (StatusCode::CONFLICT, sentence(&error.to_string()))
        }
        PersonalDataError::TooMany { .. } => {
            (StatusCode::TOO_MANY_REQUESTS, sentence(&error.to_string()))
        }
        PersonalDataError::Identity(_)
        | PersonalDataError::Pds(_)
        | PersonalDataError::Session(_)
        | PersonalDataError::Hold(_)
        | PersonalDataError::Registry(_)
        | PersonalDataError::Access(_)
        | PersonalDataError::AccessTokens(_)
        | PersonalDataError::TooLarge(_)
        | PersonalDataError::Database(_) => {
            log(error, "a form about somebody's data failed");
            let text = t!("data-failed").to_owned();
            (StatusCode::SERVICE_UNAVAILABLE, text)
        }
    }
}

/// People type their handle as they know it: with an `@`, or in capitals.
fn confirms(form: &Form, signed_in: &SignedIn) -> bool {
    let typed = form.find("confirm").unwrap_or_default().trim();
    let typed = typed.trim_start_matches('@').to_lowercase();
    typed == name(signed_in).to_lowercase()
}

fn name(signed_in: &SignedIn) -> String {
    match &signed_in.handle {
        Some(handle) => handle.to_string(),
        None => signed_in.did.to_string(),
    }
}

fn log(error: &PersonalDataError, what: &'static str) {
    tracing::error!(error = error as &dyn std::error::Error, "{what}");
}

/// To the minute, in UTC.
fn minute(unix_millis: i64) -> String {
    DateTime::from_timestamp_millis(unix_millis)
        .unwrap_or_default()
        .format("%Y-%m-%d %H:%M UTC")
        .to_string()
}
