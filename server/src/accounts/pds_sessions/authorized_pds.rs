//! Requests to somebody's PDS in their name, with a token that is renewed when it has to be.

use std::sync::Arc;

use atproto::data::{Cid, RecordBlob};
use atproto::syntax::{Did, Nsid, RecordKey};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::{Inner, PdsSessionError};
use crate::accounts::oauth::OAuthAccess;
use crate::clients::pds::{
    PdsClient, PdsCredential, PdsError, RecordReference, RepoAccess, Swap, Write,
};
use crate::db::pds_sessions::StoredPdsSession;

/// One account's PDS, for requests in the account's name, whichever way the account signed in. Made by
/// [`super::PdsSessions::open`].
pub struct AuthorizedPds {
    client: PdsClient,
    did: Did,
    pds: Url,
    session: Session,
}

/// Where good tokens come from.
enum Session {
    /// A password opened it.
    Password(PasswordAccess),
    /// The account's authorization server granted it.
    OAuth(OAuthAccess),
}

/// A session that a password opened.
struct PasswordAccess {
    inner: Arc<Inner>,
    /// The newest tokens this value has seen.
    session: Mutex<StoredPdsSession>,
}

impl AuthorizedPds {
    pub(super) fn with_password(inner: Arc<Inner>, session: StoredPdsSession) -> Self {
        Self {
            client: inner.pds.clone(),
            did: session.did.clone(),
            pds: session.pds.clone(),
            session: Session::Password(PasswordAccess {
                inner,
                session: Mutex::new(session),
            }),
        }
    }

    pub(super) async fn with_oauth(client: PdsClient, did: Did, access: OAuthAccess) -> Self {
        Self {
            client,
            did,
            pds: access.pds().await,
            session: Session::OAuth(access),
        }
    }

    /// In whose name.
    pub fn did(&self) -> &Did {
        &self.did
    }

    /// The origin of the PDS.
    pub fn pds(&self) -> &Url {
        &self.pds
    }

    /// Uploads a blob, which stays only when a record names it soon.
    pub async fn upload_blob(
        &self,
        media_type: &str,
        bytes: Bytes,
    ) -> Result<RecordBlob, PdsSessionError> {
        let pds = &self.client;
        self.with_access(|access| {
            let bytes = bytes.clone();
            async move { pds.upload_blob(&access, media_type, bytes).await }
        })
        .await
    }

    /// Creates or replaces a record.
    pub async fn put_record(
        &self,
        collection: &Nsid,
        rkey: &RecordKey,
        record: &Value,
        swap: Swap,
    ) -> Result<RecordReference, PdsSessionError> {
        let pds = &self.client;
        self.with_access(|access| async move {
            pds.put_record(&access, collection, rkey, record, swap)
                .await
        })
        .await
    }

    /// Deletes a record, or only this version of it. May be repeated.
    pub async fn delete_record(
        &self,
        collection: &Nsid,
        rkey: &RecordKey,
        version: Option<Cid>,
    ) -> Result<(), PdsSessionError> {
        let pds = &self.client;
        self.with_access(|access| async move {
            pds.delete_record(&access, collection, rkey, version).await
        })
        .await
    }

    /// Makes several writes, all or none.
    pub async fn apply_writes(&self, writes: &[Write]) -> Result<(), PdsSessionError> {
        let pds = &self.client;
        self.with_access(|access| async move { pds.apply_writes(&access, writes).await })
            .await
    }

    /// A token with which the account speaks to `audience`, for one method.
    pub async fn get_service_auth(
        &self,
        audience: &str,
        method: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<SecretString, PdsSessionError> {
        let pds = &self.client;
        self.with_access(|access| async move {
            pds.get_service_auth(&access, audience, method, expires_at)
                .await
        })
        .await
    }

    /// Runs a request with a good token, and once more with a new one when the PDS says that it has expired.
    async fn with_access<T, F>(
        &self,
        request: impl Fn(RepoAccess) -> F + Send,
    ) -> Result<T, PdsSessionError>
    where
        F: Future<Output = Result<T, PdsError>> + Send,
    {
        let access = match &self.session {
            Session::Password(session) => session.current().await?,
            Session::OAuth(session) => session.current().await?,
        };
        match request(access).await {
            Err(PdsError::ExpiredToken | PdsError::NotAuthorized) => {
                let access = match &self.session {
                    Session::Password(session) => session.renewed().await?,
                    Session::OAuth(session) => session.renewed().await?,
                };
                Ok(request(access).await?)
            }
            outcome => Ok(outcome?),
        }
    }
}

impl PasswordAccess {
    /// Access with a token that is good for a while.
    async fn current(&self) -> Result<RepoAccess, PdsSessionError> {
        let seen = self.session.lock().await.clone();
        let session = self.inner.with_good_token(seen).await?;
        self.keep(session).await
    }

    /// Access with another token than the last one, which the PDS did not accept.
    async fn renewed(&self) -> Result<RepoAccess, PdsSessionError> {
        let seen = self.session.lock().await.clone();
        let session = self.inner.refresh(&seen).await?;
        self.keep(session).await
    }

    async fn keep(&self, session: StoredPdsSession) -> Result<RepoAccess, PdsSessionError> {
        let access_token = self
            .inner
            .unseal(&session.id, &session.access_token)
            .map_err(|_| PdsSessionError::SessionEnded)?;
        let access = RepoAccess {
            pds: session.pds.clone(),
            did: session.did.clone(),
            credential: PdsCredential::Bearer(access_token),
        };
        *self.session.lock().await = session;
        Ok(access)
    }
}
