//! Ending a sign-in: from the address that the browser came back with to an OAuth session.
//!
//! The order matters. The state is used up before anything else is looked at; the browser and the issuer are compared
//! before the code goes anywhere; and the tokens count only once the account itself has named the server that gave
//! them. Tokens that do not count are given back.

use std::sync::Arc;

use atproto::oauth::{
    AuthorizationCode, AuthorizationResponse, ErrorCode, Issuer, OAuthKey, Outcome, TokenForm,
    TokenResponse,
};
use atproto::syntax::{AtIdentifier, Did};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::client::Credential;
use super::request_secrets::{RequestSecrets, secret_hash};
use super::server_calls::Speaker;
use super::{FinishError, Inner, OAuthSessions, ReturnTo, ServerError, cookie_name};
use crate::db::oauth_requests::StoredOAuthRequest;
use crate::db::oauth_sessions::StoredOAuthSession;
use crate::identity::{Freshness, Identity};

/// Somebody whose own server vouches for them.
#[derive(Debug, Clone)]
pub struct FinishedSignIn {
    /// Who it is.
    pub identity: Arc<Identity>,
    /// The session that was opened.
    pub oauth_session_id: String,
    /// Where they go now.
    pub return_to: ReturnTo,
}

/// Tokens whose account is still to be verified, with all that is needed to give them back.
struct Granted {
    server: Arc<atproto::oauth::AuthorizationServer>,
    credential: Credential,
    dpop_key: OAuthKey,
    tokens: TokenResponse,
}

impl OAuthSessions {
    /// Ends a sign-in. `query` is that of the address; `cookie` gives the browser's cookie of a name.
    pub async fn finish_sign_in(
        &self,
        query: &str,
        cookie: impl Fn(&str) -> Option<String>,
    ) -> Result<FinishedSignIn, FinishError> {
        let answer = AuthorizationResponse::parse(query)?;
        let state_hash = secret_hash(&answer.state);
        let inner = &self.inner;
        let request = inner.database.take_oauth_request(&state_hash).await?;
        let request = request
            .filter(|request| request.expires_at >= inner.clock.now_millis())
            .ok_or(FinishError::UnknownState)?;
        let cookie = cookie(&cookie_name(&answer.state)).ok_or(FinishError::OtherBrowser)?;
        if !bool::from(secret_hash(&cookie).ct_eq(request.browser_hash.as_slice())) {
            return Err(FinishError::OtherBrowser);
        }
        // RFC 9207: compared as text, and on refusals too.
        if answer.issuer.as_deref() != Some(request.issuer.as_str()) {
            return Err(FinishError::OtherIssuer);
        }
        let code = match answer.outcome {
            Outcome::Code(code) => code,
            Outcome::Error(ErrorCode::AccessDenied) => return Err(FinishError::Denied),
            Outcome::Error(code) => return Err(FinishError::Refused(code)),
        };
        // A code that was sent must not be lost because a browser went away.
        let inner = Arc::clone(inner);
        tokio::spawn(async move { inner.redeem(request, code).await })
            .await
            .unwrap_or(Err(FinishError::Interrupted))
    }
}

impl Inner {
    async fn redeem(
        &self,
        request: StoredOAuthRequest,
        code: AuthorizationCode,
    ) -> Result<FinishedSignIn, FinishError> {
        let secrets = RequestSecrets::open(&self.sealer, &request.state_hash, &request.secrets)?;
        let credential = self
            .client
            .find_credential(request.client_key_id.as_deref())
            .ok_or(FinishError::UnknownState)?;
        let issuer =
            Issuer::parse(&request.issuer, self.development).ok_or(FinishError::OtherIssuer)?;
        let server = self.discovery.server(&issuer).await?;
        let speaker = Speaker {
            server: &server,
            credential: &credential,
            dpop_key: &secrets.dpop_key,
        };
        let grant = TokenForm::Code {
            code: &code,
            verifier: &secrets.verifier,
            redirect_uri: self.client.redirect_uri(),
        };
        let tokens = self.request_token(&speaker, &grant).await?;
        let granted = Granted {
            server,
            credential,
            dpop_key: secrets.dpop_key,
            tokens,
        };
        match self.accept(&request, &granted).await {
            Ok(finished) => Ok(finished),
            Err(error) => {
                self.give_back(&granted).await;
                Err(error)
            }
        }
    }

    /// Verifies whose tokens these are, and stores them.
    async fn accept(
        &self,
        request: &StoredOAuthRequest,
        granted: &Granted,
    ) -> Result<FinishedSignIn, FinishError> {
        let subject = &granted.tokens.subject;
        if let Some(named) = &request.did
            && named != subject
        {
            tracing::warn!(
                account.did = %named,
                issuer = %granted.server.issuer,
                "an authorization server answered for another account than the one that was named"
            );
            return Err(FinishError::OtherAccount {
                expected: named.clone(),
                actual: subject.clone(),
            });
        }
        let identity = self.verify_subject(subject, &granted.server.issuer).await?;
        let session = self.new_session(&identity, granted)?;
        self.database.insert_oauth_session(&session).await?;
        tracing::info!(account.did = %subject, issuer = %granted.server.issuer, "somebody signed in");
        Ok(FinishedSignIn {
            identity,
            oauth_session_id: session.id,
            return_to: ReturnTo::new(&request.return_to),
        })
    }

    /// Whether the account itself, by its DID document and its PDS, names the server that speaks for it. Without this
    /// any server could sign anybody in (checklist OA-37).
    pub(super) async fn verify_subject(
        &self,
        subject: &Did,
        issuer: &Issuer,
    ) -> Result<Arc<Identity>, FinishError> {
        let account = AtIdentifier::Did(subject.clone());
        let resolve = || self.identities.resolve(&account, Freshness::ForAuth);
        let identity = resolve().await?;
        if self.discovery.issuer_of(&identity.pds).await? == *issuer {
            return Ok(identity);
        }
        // The account may have moved since we looked (checklist OA-41).
        self.identities.forget(subject).await;
        self.discovery.forget(&identity.pds).await;
        let identity = resolve().await?;
        if self.discovery.issuer_of(&identity.pds).await? == *issuer {
            return Ok(identity);
        }
        tracing::warn!(
            account.did = %subject,
            issuer = %issuer,
            "an authorization server answered for an account that does not trust it"
        );
        Err(FinishError::NotTheirServer(subject.clone()))
    }

    fn new_session(
        &self,
        identity: &Identity,
        granted: &Granted,
    ) -> Result<StoredOAuthSession, FinishError> {
        let id = format!("{}{}", super::ID_PREFIX, Uuid::new_v4().simple());
        let now = self.clock.now_millis();
        let tokens = self.seal_tokens(&id, &granted.tokens)?;
        Ok(StoredOAuthSession {
            did: identity.did.clone(),
            pds: identity.pds.clone(),
            issuer: granted.server.issuer.as_str().to_owned(),
            scopes: tokens.scopes,
            client_key_id: granted.credential.key_id(),
            dpop_key: self.seal_key(&id, &granted.dpop_key)?,
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            access_expires_at: tokens.access_expires_at,
            refreshed_at: now,
            lost_at: None,
            kept_for_tokens: false,
            last_used_at: now,
            created_at: now,
            id,
        })
    }

    async fn give_back(&self, granted: &Granted) {
        let speaker = Speaker {
            server: &granted.server,
            credential: &granted.credential,
            dpop_key: &granted.dpop_key,
        };
        let tokens = &granted.tokens;
        let token = tokens
            .refresh_token
            .as_ref()
            .unwrap_or(&tokens.access_token);
        if let Err(error) = self.revoke_token(&speaker, token).await {
            log_not_revoked(&error);
        }
    }
}

pub(super) fn log_not_revoked(error: &ServerError) {
    tracing::info!(
        error = error as &dyn std::error::Error,
        "tokens were not given back to their server"
    );
}
