//! `POST /auth/device/token`: a device code or an authorization code for an access token. RFC 8628, section 3.4;
//! RFC 6749, section 4.1.3

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::DeviceLoginState;
use super::error::RequestError;
use super::form::Form;
use crate::accounts::device_login::CLIENT_ID;

/// RFC 8628, section 3.4.
const DEVICE_CODE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Answers with the token, and whose it is: `username` and `did` are ours.
pub async fn token(
    State(state): State<DeviceLoginState>,
    request: Request,
) -> Result<Response, RequestError> {
    let mut form = Form::read(request.into_body()).await?;
    let grant_type = form.take("grant_type")?;
    form.check_client(CLIENT_ID)?;
    let logged_in = match grant_type.as_str() {
        DEVICE_CODE_GRANT => state.logins.poll(&form.take_secret("device_code")?).await?,
        "authorization_code" => {
            let (code, verifier) = (
                form.take_secret("code")?,
                form.take_secret("code_verifier")?,
            );
            let redirect_uri = form.take("redirect_uri")?;
            state.logins.redeem(&code, &verifier, &redirect_uri).await?
        }
        _ => return Err(RequestError::UnsupportedGrantType),
    };
    let lifetime = logged_in.expires_at - state.clock.now();
    let body = json!({
        "access_token": logged_in.secret.expose_secret(),
        "token_type": "Bearer",
        "expires_in": lifetime.num_seconds(),
        "username": logged_in.username,
        "did": logged_in.did,
    });
    Ok(([(CACHE_CONTROL, "no-store")], axum::Json(body)).into_response())
}
