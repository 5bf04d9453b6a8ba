//! Beginning a sign-in: from what was typed to the page of the account's own server.

use std::collections::BTreeSet;
use std::sync::Arc;

use atproto::oauth::{
    AuthorizationRequest, AuthorizationServer, CodeVerifier, ErrorCode, Prompt, Scopes,
};
use atproto::syntax::AtIdentifier;
use secrecy::SecretString;
use url::Url;

use super::client::Credential;
use super::identifier::{self, Named};
use super::permission::{declared_scopes, scopes_of};
use super::request_secrets::{RequestSecrets, secret_hash};
use super::server_calls::Speaker;
use super::{Inner, OAuthSessions, Permission, ReturnTo, ServerError, StartError, new_dpop_key};
use crate::db::oauth_requests::StoredOAuthRequest;
use crate::identity::{Freshness, Identity, IdentityError};
use crate::secrets::random_text;

/// How long somebody may take at their server, in milliseconds.
pub const REQUEST_LIFETIME: i64 = 10 * 60 * 1000;

/// What somebody wants.
#[derive(Debug, Clone)]
pub struct SignInRequest {
    /// What they typed: a handle, a DID or a server.
    pub identifier: String,
    /// What they would allow, beside saying who they are.
    pub permissions: BTreeSet<Permission>,
    /// Where they go afterwards.
    pub return_to: ReturnTo,
    /// Whether they shall show the password again.
    pub fresh: bool,
}

/// A sign-in that has begun.
#[derive(Debug)]
pub struct StartedSignIn {
    /// The page where they go on.
    pub address: Url,
    /// The host of that page, for saying where the password is typed.
    pub server: String,
    /// By which this browser's cookie for this sign-in is called.
    pub cookie_name: String,
    /// What the cookie says. Only a browser that has it can finish.
    pub cookie: SecretString,
}

/// Whom a sign-in is for.
struct Target {
    server: Arc<AuthorizationServer>,
    /// Who was named; `None` when a server was.
    account: Option<Arc<Identity>>,
}

impl OAuthSessions {
    /// Begins a sign-in.
    pub async fn start_sign_in(&self, request: SignInRequest) -> Result<StartedSignIn, StartError> {
        let inner = &self.inner;
        // Each costs look-ups at hosts that a stranger names (checklist OA-19).
        let _turn = inner.starts.try_acquire().map_err(|_| StartError::Busy)?;
        let target = inner.find_target(&request.identifier).await?;
        let wanted = scopes_of(&request.permissions);
        match inner.start(&target, &request, wanted).await {
            // A server that knows no scopes by collection and method; it has one for everything.
            Err(StartError::Server(ServerError::Refused(ErrorCode::InvalidScope)))
                if !request.permissions.is_empty() =>
            {
                inner.start(&target, &request, Scopes::generic()).await
            }
            outcome => outcome,
        }
    }
}

impl Inner {
    async fn find_target(&self, typed: &str) -> Result<Target, StartError> {
        let named = identifier::read(typed, self.development).ok_or(StartError::NobodyNamed)?;
        match &named {
            Named::Account(AtIdentifier::Handle(handle)) => self.count_at(handle.as_str())?,
            Named::Server(server) | Named::Either(_, server) => {
                self.count_at(server.authority())?;
            }
            Named::Account(AtIdentifier::Did(_)) => {}
        }
        match named {
            Named::Account(account) => self.find_account(&account).await,
            Named::Server(server) => self.find_server(&server).await,
            Named::Either(account, server) => match self.find_account(&account).await {
                Err(StartError::Identity(
                    error @ (IdentityError::HandleNotFound { .. }
                    | IdentityError::NotAllowed { .. }),
                )) => match self.find_server(&server).await {
                    Ok(target) => Ok(target),
                    Err(_) => Err(error.into()),
                },
                outcome => outcome,
            },
        }
    }

    async fn find_account(&self, account: &AtIdentifier) -> Result<Target, StartError> {
        let identity = self.identities.resolve(account, Freshness::ForAuth).await?;
        self.count_at(identity.pds.authority())?;
        Ok(Target {
            server: self.discovery.of_pds(&identity.pds).await?,
            account: Some(identity),
        })
    }

    async fn find_server(&self, server: &Url) -> Result<Target, StartError> {
        Ok(Target {
            server: self.discovery.of_typed(server).await?,
            account: None,
        })
    }

    /// Counts a sign-in at a host, which others must not be able to have flooded by us (checklist OA-19).
    fn count_at(&self, host: &str) -> Result<(), StartError> {
        let counted = self.hosts.take(&host.to_owned(), self.clock.now_millis());
        counted.map_err(|too_often| StartError::BusyHost {
            host: host.to_owned(),
            too_often,
        })
    }

    async fn start(
        &self,
        target: &Target,
        request: &SignInRequest,
        scopes: Scopes,
    ) -> Result<StartedSignIn, StartError> {
        debug_assert!(declared_scopes().includes(&scopes), "OA-03");
        let now = self.clock.now_millis();
        let secrets = RequestSecrets {
            dpop_key: new_dpop_key(),
            verifier: CodeVerifier::new(&crate::secrets::random_bytes()),
        };
        let (state, cookie) = (random_text(), random_text());
        let credential = self.client.new_credential(now);
        let address = self
            .announce(target, request, &scopes, &secrets, &state, &credential)
            .await?;
        let state_hash = secret_hash(&state);
        self.database
            .insert_oauth_request(&StoredOAuthRequest {
                secrets: secrets.seal(&self.sealer, &state_hash)?,
                state_hash: state_hash.to_vec(),
                browser_hash: secret_hash(&cookie).to_vec(),
                issuer: target.server.issuer.as_str().to_owned(),
                did: target.account.as_ref().map(|account| account.did.clone()),
                scopes: scopes.to_string(),
                client_key_id: credential.key_id(),
                return_to: request.return_to.as_str().to_owned(),
                expires_at: now + REQUEST_LIFETIME,
            })
            .await?;
        Ok(StartedSignIn {
            server: address.authority().to_owned(),
            address,
            cookie_name: super::cookie_name(&state),
            cookie: cookie.into(),
        })
    }

    async fn announce(
        &self,
        target: &Target,
        request: &SignInRequest,
        scopes: &Scopes,
        secrets: &RequestSecrets,
        state: &str,
        credential: &Credential,
    ) -> Result<Url, StartError> {
        let challenge = secrets.verifier.challenge();
        let login_hint = target.account.as_deref().map(login_hint);
        let form = |assertion: Option<&str>| {
            AuthorizationRequest {
                client_id: self.client.id(),
                redirect_uri: self.client.redirect_uri(),
                scopes,
                state,
                challenge: &challenge,
                login_hint: login_hint.as_deref(),
                prompt: request.fresh.then_some(Prompt::Login),
            }
            .form(assertion)
        };
        let speaker = Speaker {
            server: &target.server,
            credential,
            dpop_key: &secrets.dpop_key,
        };
        let reference = self.push_request(&speaker, form).await?;
        Ok(reference.address(&target.server.authorization_endpoint, self.client.id()))
    }
}

/// The handle, when it is verified, since people know theirs.
fn login_hint(account: &Identity) -> String {
    let handle = account.handle.as_ref().map(ToString::to_string);
    handle.unwrap_or_else(|| account.did.to_string())
}
