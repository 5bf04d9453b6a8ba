//! The forms of the pages of holds. Each is sent to the path of its page, and leads back to one.
//!
//! What is asked for is tried as whoever sent the form; the hold says whether they may.

mod captaincy;
mod crew;
mod invites;

use app::{routes, t};
use axum::extract::{FromRequest, FromRequestParts as _, Path, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Router};
use serde::Deserialize;

use super::{HoldPages, HoldState, Opened, Outcome, read_did, settings};
use crate::clients::hold::{HoldError, HoldUser};
use crate::clients::hold_admin::HoldAdminError;
use crate::handlers::form::Form;
use crate::handlers::middleware::browser_session::SignedIn;
use crate::handlers::web::render::RenderPage;
use crate::handlers::web::sentence;

/// The forms.
pub(in crate::handlers::web) fn routes(state: HoldState, render: RenderPage) -> Router {
    Router::new()
        .route("/hold/{did}", post(join_openly))
        .route("/hold/{did}/crew", post(invites::invites))
        .route("/hold/{did}/crew/add", post(crew::add))
        .route("/hold/{did}/crew/{member}", post(crew::change))
        .route("/hold/{did}/crew/{member}/remove", post(crew::remove))
        .route("/hold/{did}/settings", post(save_settings))
        .route("/hold/{did}/captaincy", post(captaincy::captaincy))
        .route("/hold/{did}/join", post(invites::join_by_invite))
        .layer(Extension(render))
        .with_state(state)
}

/// A form that somebody sent about a hold.
pub(super) struct Sent {
    pages: HoldPages,
    render: RenderPage,
    signed_in: SignedIn,
    pub(super) did: String,
    pub(super) form: Form,
}

/// Why a form did nothing: the status of the answer, and a sentence.
struct Refusal(StatusCode, String);

/// The hold that the address of a form names.
#[derive(Deserialize)]
struct OfHold {
    did: String,
}

impl FromRequest<HoldState> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, state: &HoldState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let signed_in = SignedIn::from_request_parts(&mut parts, state).await;
        let signed_in = signed_in.map_err(IntoResponse::into_response)?;
        let render = Extension::<RenderPage>::from_request_parts(&mut parts, state).await;
        let Extension(render) = render.map_err(IntoResponse::into_response)?;
        let path = Path::<OfHold>::from_request_parts(&mut parts, state).await;
        let Path(OfHold { did }) = path.map_err(IntoResponse::into_response)?;
        let form = Form::read_of(&signed_in, body).await;
        let form = form.map_err(IntoResponse::into_response)?;
        // The spelling that links have, so that answers lead to it.
        let did = read_did(&did).map_or(did, |did| did.to_string());
        let pages = HoldPages {
            state: state.clone(),
            viewer: Some(signed_in.clone()),
            outcome: Outcome::default(),
            done: None,
        };
        Ok(Self {
            pages,
            render,
            signed_in,
            did,
            form,
        })
    }
}

impl Sent {
    /// The hold and whoever asks it; or the answer where there is no such hold.
    pub(super) async fn open(&self) -> Result<(Opened, HoldUser), Response> {
        let Ok(opened) = self.pages.open(&self.did).await else {
            let page = routes::hold(&self.did);
            let status = StatusCode::NOT_FOUND;
            let outcome = Outcome::default();
            let shown = self
                .render
                .with_outcome(&page, &self.signed_in, status, outcome);
            return Err(shown.await);
        };
        let user = self.pages.user(&self.signed_in).await;
        Ok((opened, user))
    }

    fn text(&self, name: &str) -> &str {
        self.form.find(name).unwrap_or_default().trim()
    }

    fn tier(&self) -> Option<String> {
        Some(self.text("tier").to_owned()).filter(|tier| !tier.is_empty())
    }

    /// Leads to a page that says what was done.
    async fn done(&self, page: &str, word: &str) -> Response {
        if let Ok(did) = self.did.parse() {
            self.pages.state.facts.forget(&did).await;
        }
        Redirect::to(&format!("{page}?done={word}")).into_response()
    }

    /// Shows a page with why nothing was done.
    async fn refuse(&self, page: &str, refusal: Refusal) -> Response {
        let Refusal(status, problem) = refusal;
        let outcome = Outcome {
            problem: Some(problem),
            ..Outcome::default()
        };
        self.show(page, status, outcome).await
    }

    async fn show(&self, page: &str, status: StatusCode, outcome: Outcome) -> Response {
        let shown = self
            .render
            .with_outcome(page, &self.signed_in, status, outcome);
        shown.await
    }

    pub(super) async fn answer(
        &self,
        done: Result<(), HoldAdminError>,
        page: &str,
        word: &str,
        again: &str,
    ) -> Response {
        match done {
            Ok(()) => self.done(page, word).await,
            Err(error) => self.refuse(again, refusal(&error)).await,
        }
    }
}

/// `POST /hold/<did>`: joins the crew, where everybody may.
async fn join_openly(sent: Sent) -> Result<Response, Response> {
    let (opened, user) = sent.open().await?;
    let page = routes::hold(&sent.did);
    let joined = opened.admin.request_crew(&user).await;
    Ok(sent.answer(joined, &page, "joined", &page).await)
}

/// `POST /hold/<did>/settings`.
async fn save_settings(sent: Sent) -> Result<Response, Response> {
    let (opened, user) = sent.open().await?;
    let page = routes::hold_page(&sent.did, "settings");
    let typed = settings::read(&sent.form);
    let changed = opened
        .admin
        .change_settings(&user, settings::change(&typed))
        .await;
    Ok(match changed {
        Ok(()) => sent.done(&page, "saved").await,
        Err(error) => {
            let Refusal(status, problem) = refusal(&error);
            let outcome = Outcome {
                problem: Some(problem),
                settings: Some(typed),
                ..Outcome::default()
            };
            sent.show(&page, status, outcome).await
        }
    })
}

/// The status and the words for whoever sent the form.
fn refusal(error: &HoldAdminError) -> Refusal {
    let status = match error {
        HoldAdminError::NotOffered { .. } => {
            let problem = t!("crew-form-not-offered");
            return Refusal(StatusCode::UNPROCESSABLE_ENTITY, problem.to_owned());
        }
        HoldAdminError::Hold(error) => match error {
            HoldError::Denied { .. } | HoldError::RegistrationDisabled { .. } => {
                StatusCode::FORBIDDEN
            }
            HoldError::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            HoldError::NotFound { .. } | HoldError::NotSetUp => StatusCode::NOT_FOUND,
            HoldError::Unreachable { did } => {
                let problem = t!("crew-form-unreachable", hold = did.to_string());
                return Refusal(StatusCode::BAD_GATEWAY, problem);
            }
            HoldError::NotVouched { .. } => {
                let problem = t!("crew-form-not-vouched");
                return Refusal(StatusCode::FORBIDDEN, problem.to_owned());
            }
            HoldError::QuotaExceeded { .. }
            | HoldError::UploadUnknown
            | HoldError::UploadBusy
            | HoldError::OutOfOrder { .. }
            | HoldError::Parts { .. }
            | HoldError::DigestMismatch { .. }
            | HoldError::DigestRefused { .. }
            | HoldError::TooLarge { .. }
            | HoldError::Interrupted { .. }
            | HoldError::Repo(_)
            | HoldError::Storage(_)
            | HoldError::Database(_) => return ours(error),
        },
    };
    let text = error.to_string();
    let text = text.strip_prefix("Access denied: ").unwrap_or(&text);
    Refusal(status, sentence(text))
}

fn ours(error: &(dyn std::error::Error + 'static)) -> Refusal {
    tracing::error!(error, "a form about a hold failed");
    let text = t!("error-form-failed");
    Refusal(StatusCode::SERVICE_UNAVAILABLE, text.to_owned())
}
