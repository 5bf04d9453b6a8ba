//! `POST /auth/revoke`: ends the access token in the form. RFC 7009
//!
//! Whoever has a token may end it, so that somebody who finds one in a public place does not have to find its owner
//! first.

use axum::extract::{Request, State};
use http::StatusCode;

use super::DeviceLoginState;
use super::error::RequestError;
use super::form::Form;

/// 200, whether or not there was such a token. RFC 7009, section 2.2
pub async fn revoke(
    State(state): State<DeviceLoginState>,
    request: Request,
) -> Result<StatusCode, RequestError> {
    let mut form = Form::read(request.into_body()).await?;
    let token = form.take_secret("token")?;
    state.access_tokens.revoke_presented(&token).await?;
    Ok(StatusCode::OK)
}
