//! Whether an archive and the place where it is to go fit together: asked before anything is changed.

use std::path::Path;

use atproto::crypto::{PublicKey, SigningKey};
use atproto::repo::Commit;
use atproto::repo::car::CarReader;
use futures::{StreamExt as _, TryStreamExt as _};

use super::super::load_identity::IdentitySource;
use super::super::signing_key::{key_file, load_or_create_signing_key};
use super::files::{RowReader, read_checked};
use super::{ArchiveError, Manifest, REPO, ROWS, SIGNING_KEY};
use crate::db::Database;

/// Checks that the settings are those of the archive's hold.
pub(super) fn check_did(manifest: &Manifest, source: &IdentitySource) -> Result<(), ArchiveError> {
    let archive = &manifest.label.did;
    if archive.as_str().starts_with("did:plc:") || *archive == source.web_did {
        return Ok(());
    }
    Err(ArchiveError::OtherDid {
        archive: archive.clone(),
        settings: source.web_did.clone(),
    })
}

/// The key that signs the hold's repo: where the settings say, or in the archive.
pub(super) fn find_key(
    folder: &Path,
    manifest: &Manifest,
    source: &IdentitySource,
) -> Result<SigningKey, ArchiveError> {
    let ours = key_file(&source.signing_key_path);
    let archived = folder.join(SIGNING_KEY);
    let path = if ours.exists() {
        ours
    } else if archived.exists() {
        archived
    } else {
        return Err(ArchiveError::NoKey { path: ours });
    };
    let key = load_or_create_signing_key(&path)?;
    if key.public_key().to_did_key() == manifest.signing_key {
        return Ok(key);
    }
    Err(ArchiveError::OtherKey {
        path,
        expected: manifest.signing_key.clone(),
    })
}

/// Reads the repo once: every block has the bytes of its CID, and the last commit is signed with the key.
pub(super) async fn check_repo(
    folder: &Path,
    manifest: &Manifest,
    key: &PublicKey,
) -> Result<(), ArchiveError> {
    let damaged = |reason: &str| ArchiveError::Damaged {
        file: REPO.to_owned(),
        reason: reason.to_owned(),
    };
    let mut pieces = read_checked(folder, REPO, &manifest.repo).boxed();
    let mut car = CarReader::new();
    let mut commit = None;
    while let Some(piece) = pieces.try_next().await? {
        car.push(&piece);
        while let Some((cid, block)) = car.next_block()? {
            if cid == manifest.commit {
                commit = Commit::from_bytes(&block).ok();
            }
        }
    }
    if car.finish()? != Some(manifest.commit) {
        return Err(damaged("its root is not the last commit"));
    }
    let commit = commit.ok_or_else(|| damaged("the last commit cannot be read"))?;
    if commit.rev != manifest.rev || commit.verify(&manifest.label.did, key).is_err() {
        return Err(damaged(
            "the last commit is not signed with the hold's key, or of another revision",
        ));
    }
    Ok(())
}

/// Reads the rows once, and checks that the database has no hold and no blobs but those of the archive, which an import
/// that was cut off left. The archive's own repo means that all has been done: `false`.
pub(super) async fn check_database(
    folder: &Path,
    manifest: &Manifest,
    database: &Database,
) -> Result<bool, ArchiveError> {
    if let Some(head) = database.find_repo_head().await? {
        if head.commit_cid == manifest.commit.to_bytes() {
            return Ok(false);
        }
        return Err(ArchiveError::NotEmpty { did: head.did });
    }
    let mut pieces = read_checked(folder, ROWS, &manifest.rows).boxed();
    while pieces.try_next().await?.is_some() {}
    let there = database.count_hold_blobs().await?;
    let mut ours = 0;
    let mut rows = RowReader::open(folder.join(ROWS)).await?;
    while let Some(row) = rows.next().await? {
        if there > 0
            && let super::rows::Row::Blob { digest, .. } = &row
            && database.find_hold_blob_size(digest).await?.is_some()
        {
            ours += 1;
        }
    }
    if ours == there {
        Ok(true)
    } else {
        Err(ArchiveError::OtherBlobs)
    }
}
