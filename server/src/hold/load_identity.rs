//! Which DID a hold has, and keeping what the network knows of it up to date.
//!
//! A hold keeps the DID that its repo has. A did:web is its domain. A did:plc follows from the first operation,
//! which a rotation key signs; whoever has that key can move the hold to another domain and another signing key,
//! and each start does so when the settings changed.

use std::path::PathBuf;

use atproto::crypto::SigningKey;
use atproto::plc::{PlcData, PlcError, PlcOperation};
use atproto::syntax::Did;
use url::Url;

use super::identity::{HoldIdentity, describe};
use super::signing_key::{SigningKeyError, load_or_create_signing_key};
use crate::clients::outbound::OutboundError;
use crate::clients::plc_directory::PlcDirectory;
use crate::db::{Database, DatabaseError};

const PLC: &str = "did:plc:";

/// What the operator says of the hold's identity.
#[derive(Debug, Clone)]
pub struct IdentitySource {
    /// The hold's origin.
    pub public_url: Url,
    /// The did:web of it.
    pub web_did: Did,
    /// Whether a new hold gets a did:plc.
    pub wants_plc: bool,
    /// File of the key that signs the repo.
    pub signing_key_path: PathBuf,
    /// File of the key that changes a did:plc.
    pub rotation_key_path: PathBuf,
}

/// Who the hold is.
#[derive(Debug, Clone)]
pub struct LoadedIdentity {
    /// It.
    pub identity: HoldIdentity,
    /// Whether the directory has just been told of a change.
    pub changed: bool,
}

/// The hold has no identity.
#[derive(Debug, thiserror::Error)]
pub enum LoadIdentityError {
    /// A key cannot be used.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// The kind of DID is decided once.
    #[error(
        "HOLD_DID_METHOD is plc, but this hold is {did} and stays so; set HOLD_DID_METHOD to web, or start with an empty database"
    )]
    OtherMethod {
        /// Who the hold is.
        did: Did,
    },
    /// The DID cannot be made.
    #[error(
        "the PLC directory cannot be told of the new hold; check PLC_DIRECTORY_URL and the network"
    )]
    Directory(#[from] OutboundError),
    /// The keys make no DID.
    #[error("the hold's keys make no did:plc")]
    Plc(#[from] PlcError),
    /// The DID in the database is none.
    #[error("the hold's DID in the database, {text:?}, cannot be read")]
    Damaged {
        /// What is there.
        text: String,
    },
    /// The database failed.
    #[error("the hold's database failed")]
    Database(#[from] DatabaseError),
}

/// Reads the hold's keys, or makes them, and finds out its DID, or makes it. A directory that does not answer stops
/// only a new hold.
pub async fn load_identity(
    source: &IdentitySource,
    database: &Database,
    plc: &PlcDirectory,
) -> Result<LoadedIdentity, LoadIdentityError> {
    let signing_key = load_or_create_signing_key(&source.signing_key_path)?;
    let head = database.find_repo_head().await?;
    let known = match head {
        Some(head) => Some(
            head.did
                .parse::<Did>()
                .map_err(|_| LoadIdentityError::Damaged { text: head.did })?,
        ),
        None => None,
    };
    let (did, changed) = match known {
        Some(did) if did.as_str().starts_with(PLC) => {
            let changed = match update(source, &did, &signing_key, plc).await {
                Ok(changed) => changed,
                Err(error) => {
                    tracing::warn!(
                        hold.did = %did,
                        error = &error as &dyn std::error::Error,
                        "the hold's did:plc cannot be checked or brought up to date"
                    );
                    false
                }
            };
            (did, changed)
        }
        Some(did) if source.wants_plc => return Err(LoadIdentityError::OtherMethod { did }),
        // Whether it is the one of the repo is for the one who opens that.
        None if source.wants_plc => (register(source, &signing_key, plc).await?, false),
        Some(_) | None => (source.web_did.clone(), false),
    };
    Ok(LoadedIdentity {
        identity: HoldIdentity::new(did, source.public_url.clone(), signing_key),
        changed,
    })
}

/// Makes a did:plc. The same keys and settings make the same one, so that a start that was cut off is repeated.
async fn register(
    source: &IdentitySource,
    signing_key: &SigningKey,
    plc: &PlcDirectory,
) -> Result<Did, LoadIdentityError> {
    let rotation_key = load_or_create_signing_key(&source.rotation_key_path)?;
    let account = describe(&source.public_url, signing_key);
    let data = PlcData::new(&[rotation_key.public_key()], &account);
    let (did, operation) = PlcOperation::genesis(&data, &rotation_key)?;
    if plc.fetch_last_operation(&did).await?.is_none() {
        plc.submit(&did, operation.to_json()).await?;
        tracing::info!(
            hold.did = %did,
            rotation_key = %source.rotation_key_path.display(),
            "registered the hold; keep a copy of its rotation key in a safe place"
        );
    }
    Ok(did)
}

/// Tells the directory what changed; returns whether anything did.
async fn update(
    source: &IdentitySource,
    did: &Did,
    signing_key: &SigningKey,
    plc: &PlcDirectory,
) -> Result<bool, LoadIdentityError> {
    let last = plc.fetch_last_operation(did).await?;
    let last = PlcOperation::from_json(&last.unwrap_or_default())?;
    let data = last.data().with(&describe(&source.public_url, signing_key));
    if data == *last.data() {
        return Ok(false);
    }
    let rotation_key = load_or_create_signing_key(&source.rotation_key_path)?;
    let operation = last.followed_by(&data, &rotation_key)?;
    plc.submit(did, operation.to_json()).await?;
    tracing::info!(
        hold.did = %did,
        hold.public_url = %source.public_url,
        "told the PLC directory of the hold's new address, handle or key"
    );
    Ok(true)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::clients::outbound::{OutboundClient, OutboundPolicy};
    use crate::db::testing::test_on_databases;

    fn source(folder: &TempDir, wants_plc: bool) -> IdentitySource {
        IdentitySource {
            public_url: "https://hold.example".parse().unwrap(),
            web_did: "did:web:hold.example".parse().unwrap(),
            wants_plc,
            signing_key_path: folder.path().join("signing.key"),
            rotation_key_path: folder.path().join("rotation.key"),
        }
    }

    /// Nobody listens there.
    fn no_directory() -> PlcDirectory {
        let policy = OutboundPolicy {
            allow_loopback_http: true,
            user_agent: "test".to_owned(),
            ..OutboundPolicy::default()
        };
        let url = "http://127.0.0.1:1".parse().unwrap();
        PlcDirectory::new(OutboundClient::new(&policy).unwrap(), url)
    }

    test_on_databases! {
        async fn a_new_hold_without_a_directory_gets_no_did_plc(test: &TestDatabase) {
            let folder = TempDir::new().unwrap();
            let refused = load_identity(&source(&folder, true), &test.database, &no_directory()).await;
            assert!(matches!(refused, Err(LoadIdentityError::Directory(_))), "{refused:?}");
            let loaded = load_identity(&source(&folder, false), &test.database, &no_directory()).await;
            assert_eq!(loaded.unwrap().identity.did().as_str(), "did:web:hold.example");
        }

        async fn a_hold_keeps_its_kind_of_did(test: &TestDatabase) {
            let folder = TempDir::new().unwrap();
            let mut transaction = test.database.begin().await.unwrap();
            let head = crate::db::RepoHeadRow {
                did: "did:web:hold.example".to_owned(),
                commit_cid: Vec::new(),
                rev: String::new(),
                data_cid: Vec::new(),
                seq: 1,
            };
            transaction.insert_repo_head(&head).await.unwrap();
            transaction.commit().await.unwrap();
            let refused = load_identity(&source(&folder, true), &test.database, &no_directory()).await;
            let refused = refused.unwrap_err().to_string();
            assert!(refused.contains("set HOLD_DID_METHOD to web"), "{refused}");
        }
    }
}
