//! Calls of a hold's methods, and what its errors mean.

use chrono::TimeDelta;
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::super::hold::{HoldError, HoldUser};
use super::super::outbound::{FetchLimits, OutboundError, OutboundRequest};
use super::RemoteHold;
use crate::accounts::PdsSessionError;

/// How long a service token is good for. It is used at once, and once.
const TOKEN_LIFETIME: TimeDelta = TimeDelta::seconds(60);

impl RemoteHold {
    pub(in crate::clients) fn method_url(&self, method: &str) -> Url {
        let mut url = self.endpoint.clone();
        url.set_path(&format!("/xrpc/{method}"));
        url
    }

    /// A token with which `user` calls one method of this hold.
    pub(in crate::clients) async fn service_token(
        &self,
        user: &HoldUser,
        method: &str,
    ) -> Result<SecretString, HoldError> {
        let not_vouched = || HoldError::NotVouched {
            did: self.did.clone(),
        };
        let session = user.session.as_deref().ok_or_else(not_vouched)?;
        let fetched = async {
            let pds = self.parts.sessions.open(session, &user.did).await?;
            let expires_at = self.parts.clock.now() + TOKEN_LIFETIME;
            pds.get_service_auth(self.did.as_str(), method, expires_at)
                .await
        };
        fetched.await.map_err(|error: PdsSessionError| {
            tracing::warn!(
                hold.did = %self.did,
                error = &error as &dyn std::error::Error,
                "a PDS gave no service token"
            );
            not_vouched()
        })
    }

    /// Calls a procedure as `user`.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        user: &HoldUser,
        method: &str,
        input: &impl Serialize,
    ) -> Result<T, HoldError> {
        let request = OutboundRequest::post(self.method_url(method))
            .json(input)
            .map_err(|error| self.failed(method, &error))?;
        self.send(user, method, request, &FetchLimits::HOLD_WRITE)
            .await
    }

    /// Calls a procedure that takes nothing as `user`.
    pub(super) async fn call_without_input<T: DeserializeOwned>(
        &self,
        user: &HoldUser,
        method: &str,
    ) -> Result<T, HoldError> {
        let request = OutboundRequest::post(self.method_url(method));
        self.send(user, method, request, &FetchLimits::HOLD_WRITE)
            .await
    }

    /// Asks a query as `user`.
    pub(super) async fn query<T: DeserializeOwned>(
        &self,
        user: &HoldUser,
        method: &str,
        limits: &FetchLimits,
    ) -> Result<T, HoldError> {
        let request = OutboundRequest::get(self.method_url(method));
        self.send(user, method, request, limits).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        user: &HoldUser,
        method: &str,
        request: OutboundRequest,
        limits: &FetchLimits,
    ) -> Result<T, HoldError> {
        let token = self.service_token(user, method).await?;
        self.parts
            .outbound
            .send_for_json(request.bearer(&token), limits)
            .await
            .map_err(|error| self.failed(method, &error))
    }

    /// What a failure of a call means. Nothing that the hold wrote is passed on: its words are a stranger's.
    pub(super) fn failed(&self, method: &str, error: &OutboundError) -> HoldError {
        let did = &self.did;
        let name = match error {
            OutboundError::Status {
                status, xrpc_error, ..
            } if *status < 500 && *status != 429 => xrpc_error.as_deref().unwrap_or_default(),
            _ => {
                tracing::warn!(
                    hold.did = %did,
                    method,
                    error = error as &dyn std::error::Error,
                    "a hold did not answer"
                );
                return HoldError::Unreachable { did: did.clone() };
            }
        };
        tracing::info!(hold.did = %did, method, error = name, "a hold refused a call");
        match name {
            "QuotaExceeded" => HoldError::QuotaExceeded {
                reason: format!("your space in the hold {did} is used up"),
            },
            "InvalidUploadId" => HoldError::UploadUnknown,
            "UploadBusy" => HoldError::UploadBusy,
            "BlobTooLarge" => HoldError::TooLarge {
                limit: self.parts.max_blob_bytes,
            },
            "MissingParts" | "InvalidPartNumber" => HoldError::Parts {
                reason: format!("the hold {did} lost a part of the upload; push the blob again"),
            },
            "AuthRequired" | "AuthenticationRequired" | "ExpiredToken" | "BadJwt" => {
                HoldError::NotVouched { did: did.clone() }
            }
            _ if matches!(error.status(), Some(401 | 403)) => HoldError::Denied {
                reason: format!("Access denied: the hold {did} does not let you do this"),
            },
            _ => HoldError::Invalid {
                reason: format!("the hold {did} refused this as {}", plain(name)),
            },
        }
    }

    /// The same, for what the user reads: how much there is.
    pub(super) async fn quota_exceeded(&self, user: &HoldUser) -> HoldError {
        let mut url = self.method_url("io.atcr.hold.getQuota");
        url.query_pairs_mut()
            .append_pair("userDid", user.did.as_str());
        let request = OutboundRequest::get(url);
        let answer = self
            .parts
            .outbound
            .send_for_json::<lexicon::xrpc::get_quota::Output>(request, &FetchLimits::HOLD_CALL)
            .await;
        let did = &self.did;
        let reason = match answer {
            Ok(quota) => {
                let limit = quota.limit.map_or_else(String::new, |limit| {
                    format!(" of {}", crate::hold::human_bytes(limit))
                });
                format!(
                    "there is no room for this in the hold {did}: you use {}{limit}; delete images there, or ask its captain for more",
                    crate::hold::human_bytes(quota.total_size)
                )
            }
            Err(_) => format!(
                "your space in the hold {did} is used up; delete images there, or ask its captain for more"
            ),
        };
        HoldError::QuotaExceeded { reason }
    }
}

/// A name that may be shown: the client made sure that it is one word.
fn plain(name: &str) -> &str {
    if name.is_empty() { "invalid" } else { name }
}
