//! Signing in: from a name and a password to a session, asking the PDS no more than needed.

use std::sync::Arc;

use atproto::syntax::{AtIdentifier, Did, Handle};
use secrecy::SecretString;
use uuid::Uuid;

use super::credential::{CredentialHash, is_app_password};
use super::{Inner, MINUTE, PdsSessionError, PdsSessions, SignInError};
use crate::clients::pds::PdsError;
use crate::db::pds_sessions::StoredPdsSession;
use crate::identity::{Freshness, Identity, IdentityError};

/// A session that was confirmed this long ago stands without asking the PDS.
const CONFIRMED_FOR: i64 = 10 * MINUTE;

/// Somebody whose PDS vouches for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// For [`PdsSessions::open`]; kept out of logs.
    pub session_id: String,
    /// Who it is.
    pub did: Did,
    /// Their handle, verified both ways.
    pub handle: Option<Handle>,
}

impl PdsSessions {
    /// Signs in with a handle (with or without `@`) or a DID (also in its OCI spelling) and a password.
    ///
    /// A sign-in with a password that was confirmed a short while ago asks nobody; concurrent ones with the
    /// same password open one session. It is carried to its end when the caller goes away.
    pub async fn sign_in(
        &self,
        identifier: &str,
        password: &SecretString,
    ) -> Result<SignedIn, SignInError> {
        if !self.inner.allow_account_passwords && !is_app_password(password) {
            return Err(SignInError::NotAnAppPassword);
        }
        let identifier = parse_identifier(identifier)?;
        let identity = self
            .inner
            .identities
            .resolve(&identifier, Freshness::ForAuth)
            .await?;
        let (inner, password) = (Arc::clone(&self.inner), password.clone());
        // A session that is open at the PDS and unknown here could never be ended.
        tokio::spawn(async move { inner.sign_in(&identity, &password).await })
            .await
            .unwrap_or(Err(SignInError::Interrupted))
    }
}

/// A handle (with or without `@`) or a DID (also in its OCI spelling), as people type it at `docker login`.
pub(in crate::accounts) fn parse_identifier(text: &str) -> Result<AtIdentifier, IdentityError> {
    let text = text.trim();
    let text = text.strip_prefix('@').unwrap_or(text);
    if let Some(did) = Did::from_oci_component(text) {
        return Ok(AtIdentifier::Did(did));
    }
    text.parse().map_err(|_| IdentityError::NotAnIdentifier)
}

impl Inner {
    async fn sign_in(
        self: &Arc<Self>,
        identity: &Identity,
        password: &SecretString,
    ) -> Result<SignedIn, SignInError> {
        let did = &identity.did;
        let credential = CredentialHash::new(&self.credential_key, did, password);
        let _only_one = self.sign_ins.lock(credential).await;
        let known = self
            .database
            .find_pds_session_by_credential(did, credential.as_bytes())
            .await?;
        // A session of a PDS that the account has left proves nothing.
        if let Some(session) = known.filter(|session| session.pds == identity.pds)
            && self.confirm(&session).await?
        {
            return Ok(signed_in(session.id, identity));
        }
        let now = self.clock.now_millis();
        self.guard.check(did, &credential, now).await?;
        let session_id = self
            .create_session(identity, password, credential, now)
            .await?;
        Ok(signed_in(session_id, identity))
    }

    /// Whether a stored session still stands, asking the PDS when that was last known too long ago.
    async fn confirm(self: &Arc<Self>, session: &StoredPdsSession) -> Result<bool, SignInError> {
        let age = self.clock.now_millis() - session.validated_at;
        let outcome = if (0..CONFIRMED_FOR).contains(&age) {
            self.touch(session).await
        } else {
            self.refresh(session).await.map(|_| ())
        };
        match outcome {
            Ok(()) => Ok(true),
            Err(PdsSessionError::SessionEnded | PdsSessionError::SessionLost) => Ok(false),
            Err(PdsSessionError::Pds(error)) => Err(SignInError::Pds(error)),
            Err(PdsSessionError::Database(error)) => Err(SignInError::Database(error)),
            Err(PdsSessionError::Seal(error)) => Err(SignInError::Seal(error)),
            Err(PdsSessionError::RefreshBusy | PdsSessionError::Interrupted) => {
                Err(SignInError::Interrupted)
            }
        }
    }

    async fn create_session(
        &self,
        identity: &Identity,
        password: &SecretString,
        credential: CredentialHash,
        now: i64,
    ) -> Result<String, SignInError> {
        let opened = self
            .pds
            .create_session(&identity.pds, &identity.did, password, now)
            .await;
        let opened = match opened {
            Ok(opened) => opened,
            Err(PdsError::NotAuthorized) => {
                self.guard
                    .note_failure(&identity.did, credential, now)
                    .await;
                return Err(SignInError::WrongPassword);
            }
            Err(error) => return Err(SignInError::Pds(error)),
        };
        // A PDS speaks for the accounts it hosts, and may not open the door of another one.
        if opened.did != identity.did {
            return Err(SignInError::WrongAccount);
        }
        if !opened.active {
            return Err(SignInError::Pds(PdsError::AccountInactive));
        }
        let id = Uuid::new_v4().simple().to_string();
        let tokens = self.seal_tokens(&id, &opened)?;
        let session = StoredPdsSession {
            id,
            did: identity.did.clone(),
            pds: identity.pds.clone(),
            credential_hash: credential.as_bytes().to_vec(),
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            access_expires_at: tokens.access_expires_at,
            validated_at: now,
            last_used_at: now,
            created_at: now,
        };
        self.database.insert_pds_session(&session).await?;
        tracing::info!(account.did = %session.did, "somebody signed in with an app password");
        Ok(session.id)
    }
}

fn signed_in(session_id: String, identity: &Identity) -> SignedIn {
    SignedIn {
        session_id,
        did: identity.did.clone(),
        handle: identity.handle.clone(),
    }
}
