//! The pages on which a person lets a device log in as them, and the decisions that they send.

use std::sync::Arc;

use app::api::device_approval::{AskingDevice, DevicePage, DeviceSource, DeviceStep};
use app::api::moment;
use app::{routes, t};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::post;
use leptos::prelude::provide_context;
use url::form_urlencoded;

use super::{Onward, SettingsState, lead_on, sentence, try_again};
use crate::accounts::device_login::{
    Asking, Decision, DeviceLoginError, LoopbackParameters, LoopbackRequest, UserCode,
};
use crate::accounts::oauth::Permission;
use crate::handlers::form::Form;
use crate::handlers::middleware::browser_session::SignedIn;
use crate::handlers::middleware::client_address::ClientAddress;
use crate::handlers::middleware::client_limits::ClientLimits;

/// The decisions. Each is sent to the path of its page.
pub(super) fn forms(state: SettingsState) -> Router {
    Router::new()
        .route(routes::DEVICE, post(decide_by_code))
        .route(routes::DEVICE_AUTHORIZE, post(decide_by_loopback))
        .with_state(state)
}

/// Counts the codes that come from one address, whoever is signed in there (checklist DV-04), for
/// [`axum::middleware::from_fn_with_state`] around pages and forms.
pub(super) async fn limit_codes(
    State(limits): State<ClientLimits>,
    client: ClientAddress,
    request: Request,
    next: Next,
) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let has_code = request.method() == Method::POST
        || form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "user_code");
    if request.uri().path() != routes::DEVICE || !has_code {
        return next.run(request).await;
    }
    match limits.try_user_code(client) {
        Ok(()) => next.run(request).await,
        Err(too_often) => {
            let text = format!("{} {}\n", t!("device-too-many-codes"), try_again(too_often));
            let wait = [(header::RETRY_AFTER, too_often.seconds().to_string())];
            (StatusCode::TOO_MANY_REQUESTS, wait, text).into_response()
        }
    }
}

/// Gives the pages their source, which speaks to nobody but the person who looks.
pub(super) fn provide(state: &SettingsState, signed_in: &SignedIn, parts: &Parts) {
    let source: Arc<dyn DeviceSource> = Arc::new(Approvals {
        state: state.clone(),
        signed_in: signed_in.clone(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        address: parts.uri.to_string(),
    });
    provide_context(source);
}

struct Approvals {
    state: SettingsState,
    signed_in: SignedIn,
    query: String,
    address: String,
}

#[async_trait::async_trait]
impl DeviceSource for Approvals {
    async fn code_page(&self) -> DevicePage {
        let step = match (self.value("outcome").as_deref(), self.value("user_code")) {
            (Some("approved"), _) => DeviceStep::Approved,
            (Some("denied"), _) => DeviceStep::Denied,
            (_, Some(typed)) => match self.find(&typed).await {
                Ok(step) => step,
                Err(error) => DeviceStep::WrongCode {
                    problem: problem(&error),
                },
            },
            (_, None) => DeviceStep::TypeCode,
        };
        self.page(step).await
    }

    async fn loopback_page(&self) -> DevicePage {
        let parameters = parameters(|name| self.value(name));
        let step = match LoopbackRequest::new(&parameters) {
            Ok(request) => DeviceStep::Decide {
                asking: view(&request.asking, t!("moment-now").to_owned()),
                user_code: None,
                fields: fields(parameters),
            },
            Err(error) => DeviceStep::BadRequest {
                problem: problem(&error),
            },
        };
        self.page(step).await
    }
}

impl Approvals {
    /// The first value of a name in the address.
    fn value(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.query.as_bytes())
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.into_owned())
    }

    async fn find(&self, typed: &str) -> Result<DeviceStep, DeviceLoginError> {
        let code: UserCode = typed.parse()?;
        let pending = self
            .state
            .device_logins
            .find(&self.signed_in.did, &code)
            .await?;
        let created_at = pending.created_at.timestamp_millis();
        let asked = moment::relative(created_at, self.state.clock.now_millis());
        let user_code = pending.user_code.to_string();
        Ok(DeviceStep::Decide {
            asking: view(&pending.asking, asked),
            fields: vec![("user_code".to_owned(), user_code.clone())],
            user_code: Some(user_code),
        })
    }

    async fn page(&self, step: DeviceStep) -> DevicePage {
        let SignedIn { did, handle, .. } = &self.signed_in;
        let push = self.state.oauth.find_session_for(did, Permission::Push);
        DevicePage {
            account: handle
                .as_ref()
                .map_or_else(|| did.to_string(), ToString::to_string),
            step,
            // Where that cannot be found out, nobody is sent to allow it again.
            may_push: push.await.map_or(true, |session| session.is_some()),
            address: self.address.clone(),
        }
    }
}

/// `POST /device`
async fn decide_by_code(
    State(state): State<SettingsState>,
    signed_in: SignedIn,
    body: Body,
) -> Response {
    let form = match Form::read_of(&signed_in, body).await {
        Ok(form) => form,
        Err(error) => return error.into_response(),
    };
    let typed = form.find("user_code").unwrap_or_default();
    let (decision, outcome) = decision(&form);
    let decided = match typed.parse::<UserCode>() {
        Ok(code) => {
            state
                .device_logins
                .decide(&signed_in.did, &code, decision)
                .await
        }
        Err(error) => Err(error.into()),
    };
    let (name, value) = match decided {
        Ok(()) => ("outcome", outcome),
        // The page says why there is nothing to decide on.
        Err(_) => ("user_code", typed),
    };
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair(name, value)
        .finish();
    Redirect::to(&format!("{}?{query}", routes::DEVICE)).into_response()
}

/// `POST /device/authorize`: sends the browser back to the program that waits on this computer.
async fn decide_by_loopback(
    State(state): State<SettingsState>,
    signed_in: SignedIn,
    body: Body,
) -> Response {
    let form = match Form::read_of(&signed_in, body).await {
        Ok(form) => form,
        Err(error) => return error.into_response(),
    };
    let parameters = parameters(|name| form.find(name).map(str::to_owned));
    let (decision, _) = decision(&form);
    let answered = match LoopbackRequest::new(&parameters) {
        Ok(request) => {
            let logins = &state.device_logins;
            logins
                .answer_loopback(&signed_in.did, &request, decision)
                .await
        }
        Err(error) => Err(error),
    };
    match answered {
        // Not a redirect: the policy of our pages lets a form lead to this site alone.
        Ok(address) => lead_on(address.as_str(), Onward::ToProgram),
        Err(error) => {
            problem(&error);
            let query: String = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(fields(parameters))
                .finish();
            Redirect::to(&format!("{}?{query}", routes::DEVICE_AUTHORIZE)).into_response()
        }
    }
}

/// Whatever is not a clear yes is a no.
fn decision(form: &Form) -> (Decision, &'static str) {
    match form.find("decision") {
        Some("approve") => (Decision::Approve, "approved"),
        _ => (Decision::Deny, "denied"),
    }
}

fn parameters(value: impl Fn(&str) -> Option<String>) -> LoopbackParameters {
    let value = |name| value(name).unwrap_or_default();
    LoopbackParameters {
        response_type: value("response_type"),
        client_id: value("client_id"),
        client_version: value("client_version"),
        device_name: value("device_name"),
        redirect_uri: value("redirect_uri"),
        state: value("state"),
        code_challenge: value("code_challenge"),
        code_challenge_method: value("code_challenge_method"),
    }
}

fn fields(parameters: LoopbackParameters) -> Vec<(String, String)> {
    [
        ("response_type", parameters.response_type),
        ("client_id", parameters.client_id),
        ("client_version", parameters.client_version),
        ("device_name", parameters.device_name),
        ("redirect_uri", parameters.redirect_uri),
        ("state", parameters.state),
        ("code_challenge", parameters.code_challenge),
        ("code_challenge_method", parameters.code_challenge_method),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn view(asking: &Asking, asked: String) -> AskingDevice {
    AskingDevice {
        client: asking.client.clone(),
        device: asking.device.clone(),
        asked,
    }
}

/// What the person reads; what is ours to mend goes to the log.
fn problem(error: &DeviceLoginError) -> String {
    match error {
        DeviceLoginError::Database(_) | DeviceLoginError::AccessToken(_) => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "a login of a device cannot be shown"
            );
            t!("error-form-failed").to_owned()
        }
        other => sentence(&other.to_string()),
    }
}
