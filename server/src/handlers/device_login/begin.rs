//! `POST /auth/device`: the device authorization request. RFC 8628, sections 3.1 and 3.2

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::error::RequestError;
use super::form::Form;
use super::{DEVICE_PAGE, DeviceLoginState};
use crate::accounts::device_login::{Asking, CLIENT_ID, DEVICE_CODE_LIFETIME, POLL_INTERVAL};
use crate::handlers::middleware::client_address::ClientAddress;

/// Begins a login. `client_version` and `device_name` are ours: what the person is shown.
pub async fn begin(
    State(state): State<DeviceLoginState>,
    client: ClientAddress,
    request: Request,
) -> Result<Response, RequestError> {
    let mut form = Form::read(request.into_body()).await?;
    form.check_client(CLIENT_ID)?;
    let asking = Asking::new(&form.take("client_version")?, &form.take("device_name")?)?;
    state.limits.begin_device_login(client)?;
    let begun = state.logins.begin(asking).await?;
    let mut page = state.public_url.clone();
    page.set_path(DEVICE_PAGE);
    let mut page_with_code = page.clone();
    let user_code = begun.user_code.to_string();
    page_with_code
        .query_pairs_mut()
        .append_pair("user_code", &user_code);
    let body = json!({
        "device_code": begun.device_code.expose_secret(),
        "user_code": user_code,
        "verification_uri": page.as_str(),
        "verification_uri_complete": page_with_code.as_str(),
        "expires_in": DEVICE_CODE_LIFETIME.num_seconds(),
        "interval": POLL_INTERVAL.num_seconds(),
    });
    Ok(([(CACHE_CONTROL, "no-store")], axum::Json(body)).into_response())
}
