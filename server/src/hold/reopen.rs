//! The hold of a database as the operator's commands need it, beside a running server or without one: nothing is
//! made, nothing is brought up to date, and nobody outside is asked.

use std::path::PathBuf;
use std::sync::Arc;

use atproto::syntax::Did;

use super::load_identity::IdentitySource;
use super::repo::RepoError;
use super::signing_key::{SigningKeyError, key_file, load_or_create_signing_key};
use super::{Hold, HoldIdentity, HoldSettings};
use crate::blob_store::BlobStore;
use crate::clock::Clock;
use crate::db::{Database, DatabaseError};

/// The hold cannot be administered with these settings.
#[derive(Debug, thiserror::Error)]
pub enum ReopenError {
    /// There is none.
    #[error("this database has no hold yet; the first `longshore serve` makes it")]
    NoHold,
    /// The repo is that of another DID.
    #[error(
        "the hold of this database is {repo}, but by HOLD_PUBLIC_URL it would be {settings}; use the settings of its server"
    )]
    OtherDid {
        /// Whose repo it is.
        repo: String,
        /// Who the hold would be.
        settings: Did,
    },
    /// The key is somewhere else.
    #[error(
        "{} does not have the key that signs this hold's repo; use the settings of its server (HOLD_DATABASE_KEY_PATH)",
        path.display()
    )]
    OtherKey {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// The repo cannot be read.
    #[error("the hold's repo cannot be read")]
    Repo(#[from] RepoError),
    /// The database failed.
    #[error("the hold's database failed")]
    Database(#[from] DatabaseError),
}

/// Opens the hold as it is, for the operator.
pub async fn reopen_hold(
    mut settings: HoldSettings,
    source: &IdentitySource,
    database: &Database,
    blobs: Arc<dyn BlobStore>,
    clock: Clock,
) -> Result<Hold, ReopenError> {
    settings.by_operator = true;
    let head = database.find_repo_head().await?;
    let repo = head.ok_or(ReopenError::NoHold)?.did;
    let did = match repo.parse::<Did>() {
        Ok(did) if did.as_str().starts_with("did:plc:") || did == source.web_did => did,
        _ => {
            return Err(ReopenError::OtherDid {
                repo,
                settings: source.web_did.clone(),
            });
        }
    };
    let path = key_file(&source.signing_key_path);
    if !path.exists() {
        return Err(ReopenError::OtherKey { path });
    }
    let key = load_or_create_signing_key(&path)?;
    let identity = HoldIdentity::new(did, source.public_url.clone(), key);
    let hold = Hold::new(settings, identity, database.clone(), blobs, clock);
    // Signed with another key, the repo would be nobody's.
    if !hold.repo().is_signed_with_our_key().await? {
        return Err(ReopenError::OtherKey { path });
    }
    Ok(hold)
}
