//! The three calls to an authorization server: announce a request, get tokens, give a token back.

use std::time::Duration;

use atproto::oauth::{
    AuthorizationServer, ErrorResponse, OAuthKey, RequestUri, TokenForm, TokenResponse,
    revocation_form, token_to_give_back,
};
use bytes::Bytes;
use chrono::DateTime;
use http::header::DATE;
use url::Url;

use super::client::Credential;
use super::finish::log_not_revoked;
use super::{FinishError, Inner, ServerError};
use crate::clients::outbound::{FetchLimits, OutboundAnswer, OutboundRequest};

/// Differences of clocks below this are not blamed for a refusal, in seconds.
const TOLERATED_SKEW: i64 = 30;

/// One session's way of speaking to its authorization server.
pub(super) struct Speaker<'a> {
    pub(super) server: &'a AuthorizationServer,
    pub(super) credential: &'a Credential,
    pub(super) dpop_key: &'a OAuthKey,
}

impl Inner {
    /// Announces a request (RFC 9126).
    pub(super) async fn push_request(
        &self,
        speaker: &Speaker<'_>,
        form: impl Fn(Option<&str>) -> String + Send + Sync,
    ) -> Result<RequestUri, ServerError> {
        let endpoint = &speaker.server.pushed_authorization_request_endpoint;
        let answer = self.post(speaker, endpoint, form).await?;
        let status = answer.status;
        // RFC 9126 says 201; some say 200.
        match status {
            200 | 201 => {
                RequestUri::parse(&answer.body).map_err(|_| ServerError::InvalidAnswer { status })
            }
            _ => Err(self.refusal(&answer)),
        }
    }

    /// Redeems a code or a refresh token.
    pub(super) async fn request_token(
        &self,
        speaker: &Speaker<'_>,
        grant: &TokenForm<'_>,
    ) -> Result<TokenResponse, FinishError> {
        let body = self.request_token_body(speaker, grant).await?;
        match TokenResponse::parse(&body) {
            Ok(tokens) => Ok(tokens),
            Err(error) => {
                if let Some(token) = token_to_give_back(&body)
                    && let Err(error) = self.revoke_token(speaker, &token).await
                {
                    log_not_revoked(&error);
                }
                Err(error.into())
            }
        }
    }

    async fn request_token_body(
        &self,
        speaker: &Speaker<'_>,
        grant: &TokenForm<'_>,
    ) -> Result<Bytes, ServerError> {
        let form = |assertion: Option<&str>| grant.form(self.client.id(), assertion);
        let answer = self
            .post(speaker, &speaker.server.token_endpoint, form)
            .await?;
        match answer.status {
            200 => Ok(answer.body),
            _ => Err(self.refusal(&answer)),
        }
    }

    /// Gives a token back (RFC 7009), and with a refresh token the session.
    pub(super) async fn revoke_token(
        &self,
        speaker: &Speaker<'_>,
        token: &str,
    ) -> Result<(), ServerError> {
        let Some(endpoint) = &speaker.server.revocation_endpoint else {
            return Ok(());
        };
        let form = |assertion: Option<&str>| revocation_form(token, self.client.id(), assertion);
        let answer = self.post(speaker, endpoint, form).await?;
        if answer.is_success() {
            Ok(())
        } else {
            Err(self.refusal(&answer))
        }
    }

    /// Posts a form with a fresh assertion and a fresh proof each time it is sent.
    async fn post(
        &self,
        speaker: &Speaker<'_>,
        endpoint: &Url,
        form: impl Fn(Option<&str>) -> String + Send + Sync,
    ) -> Result<OutboundAnswer, ServerError> {
        let request = || {
            let now = self.clock.now().timestamp();
            // For the issuer by name, wherever the endpoint is (checklist OA-22).
            let assertion = self
                .client
                .assertion(speaker.credential, &speaker.server.issuer, now);
            OutboundRequest::post(endpoint.clone()).bytes(
                "application/x-www-form-urlencoded",
                form(assertion.as_deref()).into(),
            )
        };
        let exchange =
            self.dpop
                .exchange(speaker.dpop_key, None, request, &FetchLimits::OAUTH_CALL);
        Ok(exchange.await?)
    }

    fn refusal(&self, answer: &OutboundAnswer) -> ServerError {
        let status = answer.status;
        if status == 429 {
            return ServerError::TooManyRequests;
        }
        if status >= 500 {
            return ServerError::Unavailable(None);
        }
        let Some(error) = ErrorResponse::parse(&answer.body) else {
            return ServerError::InvalidAnswer { status };
        };
        match self.clock_difference(answer) {
            Some(difference) => {
                tracing::warn!(
                    difference_seconds = difference.as_secs(),
                    "an authorization server refused, and its clock differs from ours"
                );
                ServerError::ClockDiffers { difference }
            }
            None => ServerError::Refused(error.code),
        }
    }

    /// How far the server's clock is from ours, when that is far enough to make it refuse what we sign.
    fn clock_difference(&self, answer: &OutboundAnswer) -> Option<Duration> {
        let date = answer.headers.get(DATE)?.to_str().ok()?;
        let theirs = DateTime::parse_from_rfc2822(date).ok()?.timestamp();
        let difference = (theirs - self.clock.now().timestamp()).abs();
        (difference > TOLERATED_SKEW).then(|| Duration::from_secs(difference.unsigned_abs()))
    }
}
