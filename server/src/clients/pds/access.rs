//! The right to act for an account at its PDS, whichever way it was given.

use atproto::syntax::Did;
use bytes::Bytes;
use secrecy::SecretString;
use serde::de::DeserializeOwned;
use url::Url;

use super::pace::Asker;
use super::{PdsClient, PdsError};
use crate::clients::dpop::{DpopError, DpopToken};
use crate::clients::outbound::{FetchLimits, OutboundRequest};

/// The right to write to one account's repo.
#[derive(Debug, Clone)]
pub struct RepoAccess {
    /// The origin of the account's PDS, the only place that the credential is sent to.
    pub pds: Url,
    /// The account.
    pub did: Did,
    /// What shows it.
    pub credential: PdsCredential,
}

/// What a PDS gave for an account.
#[derive(Debug, Clone)]
pub enum PdsCredential {
    /// The token of a session that a password opened.
    Bearer(SecretString),
    /// The token of an OAuth session.
    Dpop(DpopToken),
}

impl PdsClient {
    /// Sends a request in an account's name and returns the body of a 2xx answer.
    pub(super) async fn send_as(
        &self,
        access: &RepoAccess,
        request: OutboundRequest,
        limits: &FetchLimits,
    ) -> Result<Bytes, PdsError> {
        // Requests are made for this PDS. Whoever changes that must not send somebody's token along.
        if request.url().origin() != access.pds.origin() {
            return Err(PdsError::InvalidAnswer);
        }
        let asker = Asker::Account(access.did.clone());
        match &access.credential {
            PdsCredential::Bearer(token) => {
                Ok(self.send(asker, request.bearer(token), limits).await?)
            }
            PdsCredential::Dpop(token) => {
                self.pace.check(&access.pds, &asker)?;
                let outcome = Box::pin(token.send(&request, limits)).await;
                if let Err(DpopError::Outbound(error)) = &outcome {
                    self.pace.note(&access.pds, asker, error);
                }
                Ok(outcome?)
            }
        }
    }

    /// As [`PdsClient::send_as`], for an answer in JSON.
    pub(super) async fn send_as_for_json<T: DeserializeOwned>(
        &self,
        access: &RepoAccess,
        request: OutboundRequest,
        limits: &FetchLimits,
    ) -> Result<T, PdsError> {
        let body = self.send_as(access, request, limits).await?;
        serde_json::from_slice(&body).map_err(|_| PdsError::InvalidAnswer)
    }
}
